"""Which samples of a release show the same images, and so are likely to be right or wrong together.

Images are compared by content, through the checksums that the release keeps of them: none is read.
"""

from mirbench.data.partition import share_groups
from mirbench.data.release import Release
from mirbench.scoring.metrics import Clusters


def release_clusters(release: Release) -> Clusters:
    """Return the cluster of every sample: samples connected by shared images have the same."""
    entries = release.index().entries
    contents = []
    with release.records_path.open("rb") as file:
        for entry in entries:
            names = release.load(file, entry).images
            contents.append([release.images.content_key(name) for name in names])
    return {
        entries[position].id: cluster
        for cluster, group in enumerate(share_groups(contents))
        for position in group
    }
