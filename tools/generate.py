"""Writes every generated file of the contract, or says which ones differ (`--check`).

Usage: python tools/generate.py [--check]. Needs grpcio-tools, mypy-protobuf and Node.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import grpc_tools  # type: ignore[import-untyped]
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
PROTO = ROOT / "proto"
PYTHON = "proto/python"
EVENTS_PAGE = "docs/reference/events.md"
METRICS_PAGE = "docs/reference/metrics.md"
OPENAPI = "console/openapi.json"
TYPES = "console/src/contract/api.d.ts"
sys.path[:0] = [str(ROOT / PYTHON), str(Path(__file__).parent), str(ROOT / "services/gateway")]

import generate_events  # noqa: E402 - found by the path above
import generate_metrics  # noqa: E402
import generate_openapi  # noqa: E402
import generate_reference  # noqa: E402
from sasayaki_tools.say import Failed  # noqa: E402


def generate(proto: Path, root: Path) -> None:
    """Writes classes, stubs, event classes, package files and pages of reference below `root`."""
    target, page = root / PYTHON, root / EVENTS_PAGE
    target.mkdir(parents=True)
    page.parent.mkdir(parents=True)
    files = sorted(str(path.relative_to(proto)) for path in proto.glob("sasayaki/**/*.proto"))
    services = [name for name in files if name.endswith("_service.proto")]
    bundle = target / "descriptors.binpb"
    _protoc(
        proto,
        f"--python_out={target}",
        f"--mypy_out=quiet:{target}",
        f"--descriptor_set_out={bundle}",
        "--include_source_info",
        *files,
    )
    if services:
        _protoc(proto, f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}", *services)
    descriptors = FileDescriptorSet.FromString(bundle.read_bytes())
    bundle.unlink()
    for name, text in generate_events.modules(descriptors).items():
        (target / name).write_text(text)
    for folder in {parent for name in files for parent in Path(name).parents[:-2]}:
        (target / folder / "__init__.py").write_text("")
    page.write_text(generate_reference.events_page(descriptors))
    (root / METRICS_PAGE).write_text(generate_metrics.metrics_page(ROOT))


def generate_console(proto: Path, root: Path) -> None:
    """Writes the OpenAPI document and the console's types below `root`; needs Node."""
    bundle = root / "descriptors.binpb"
    files = sorted(str(path.relative_to(proto)) for path in proto.glob("sasayaki/**/*.proto"))
    _protoc(
        proto,
        f"--descriptor_set_out={bundle}",
        "--include_source_info",
        "--include_imports",
        *files,
    )
    descriptors = FileDescriptorSet.FromString(bundle.read_bytes())
    bundle.unlink()
    document, types = root / OPENAPI, root / TYPES
    types.parent.mkdir(parents=True)
    document.write_text(generate_openapi.text(descriptors))
    generate_openapi.write_types(document, types)


def _protoc(proto: Path, *arguments: str) -> None:
    includes = Path(grpc_tools.__file__).parent / "_proto"
    command = ["protoc", f"-I{proto}", f"-I{includes}", *arguments]
    if protoc.main(command):
        raise SystemExit("protoc refused the contract")


def generated(root: Path) -> dict[str, bytes]:
    """Contents of the generated files below `root`, by relative path."""
    python = (root / PYTHON).glob("sasayaki/*/**/*.py*")
    found = [path for path in python if path.suffix in {".py", ".pyi"}]
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in (*found, *(root / page for page in (EVENTS_PAGE, METRICS_PAGE, OPENAPI, TYPES)))
        if path.exists()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        try:
            generate(PROTO, target)
            generate_console(PROTO, target)
        except (generate_events.Rejected, Failed) as rejected:
            print(rejected, file=sys.stderr)
            return 1
        wanted, present = generated(target), generated(ROOT)
    differing = sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )
    if check:
        for name in differing:
            print(f"{name} is not what `./sasayaki gen` writes", file=sys.stderr)
        return 1 if differing else 0
    for name in differing:
        path = ROOT / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()
    print(f"{len(wanted)} generated files, {len(differing)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
