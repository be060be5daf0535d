"""Reading MIR data: releases, their images, partitions."""
