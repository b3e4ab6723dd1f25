"""protoc, with the files that every installation of Protobuf has."""
import base64
import importlib.util
import pathlib
import tempfile

from grpc_tools import protoc

GOOGLE_PROTOBUF = pathlib.Path(importlib.util.find_spec("grpc_tools").origin).parent / "_proto"
GOOGLE_TYPE = pathlib.Path(importlib.util.find_spec("google.type").submodule_search_locations[0]).parent.parent


def compiled(files):
    """A FileDescriptorSet in base64, of the first path and all that it imports. `files`: texts by path."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        out = pathlib.Path(folder, "out")
        includes = [f"-I{place}" for place in (folder, GOOGLE_PROTOBUF, GOOGLE_TYPE)]
        arguments = ["protoc", *includes, "--include_imports", f"--descriptor_set_out={out}", next(iter(files))]
        if protoc.main(arguments) != 0:
            raise ValueError("protoc refused the schema")
        return base64.b64encode(out.read_bytes()).decode()
