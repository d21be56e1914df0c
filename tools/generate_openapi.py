"""Writes console/openapi.json, and the console's TypeScript types from it by openapi-typescript."""

import json
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from sasayaki_gateway.contract.openapi import document
from sasayaki_tools.paths import ROOT
from sasayaki_tools.platform import node

GENERATOR = ROOT / "console" / "contract"


def text(descriptors: FileDescriptorSet) -> str:
    """The document as it is committed."""
    return json.dumps(document(descriptors), ensure_ascii=False, indent=1) + "\n"


def write_types(openapi: Path, target: Path) -> None:
    """The types of an OpenAPI file; the generator has a package of its own for its TypeScript 5."""
    found = node.bring_node()
    node.install(found, GENERATOR)
    program = GENERATOR / "node_modules" / ".bin" / "openapi-typescript"
    command = [str(program), str(openapi), "--default-non-nullable=false", "-o", str(target)]
    node.run(found, GENERATOR, command)
