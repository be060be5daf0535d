"""Arrow types as the features of `datasets`, in words that 3.6 and 5 both understand.

datasets 5 calls a list `List`, which 3.6 does not know, and reads the older words as well.
"""

import json
from typing import Any

import pyarrow as pa

from mirbench.data.tables import IMAGE_TYPE


def with_features(schema: pa.Schema) -> pa.Schema:
    """Return the schema with the metadata that tells `datasets` what its columns are."""
    features = {field.name: _feature(field.type) for field in schema}
    told = json.dumps({"info": {"features": features}})
    return schema.with_metadata({"huggingface": told})


def _feature(type: pa.DataType) -> Any:
    if type == IMAGE_TYPE:
        return {"_type": "Image"}
    if pa.types.is_struct(type):
        return {field.name: _feature(field.type) for field in type}
    if pa.types.is_list(type):
        inner = _feature(type.value_type)
        is_plain = not pa.types.is_struct(type.value_type)
        return {"feature": inner, "_type": "Sequence"} if is_plain else [inner]
    return {"dtype": _dtype(type), "_type": "Value"}


def card_features(schema: pa.Schema) -> list[dict[str, Any]]:
    """Return the features of a schema as a dataset card lists them."""
    return [_named(field) for field in schema]


def _named(field: pa.Field) -> dict[str, Any]:
    return {"name": field.name, **_typed(field.type)}


def _typed(type: pa.DataType) -> dict[str, Any]:
    if not pa.types.is_list(type):
        return {"dtype": _dtype(type)}
    inner = type.value_type
    if inner == IMAGE_TYPE or not pa.types.is_struct(inner):
        return {"list": _dtype(inner)}
    return {"list": [_named(field) for field in inner]}


def _dtype(type: pa.DataType) -> str:
    return "image" if type == IMAGE_TYPE else {"float": "float32"}.get(str(type), str(type))
