"""The built console, or a page that says that it is not built."""

import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from sasayaki_gateway.faults import no_route
from sasayaki_gateway.web.guard import parts_of

ASSETS = "assets/"
"""Files whose name holds a hash of their content: they never change."""
FILE_BYTES_MOST = 16 * 1024 * 1024
FILES_KEPT_MOST = 200
NOT_BUILT = """\
<!doctype html>
<html lang="ja">
<head><meta charset="utf-8"><title>ささやき Sasayaki</title></head>
<body>
<main>
<h1>画面がまだ作られていません</h1>
<p>Node 20.19 以降を入れて <code>./sasayaki up</code> をもう一度実行すると、画面が作られます。</p>
<h1 lang="en">The console is not built yet</h1>
<p lang="en">Bring Node 20.19 or newer and run <code>./sasayaki up</code> again:
it builds the console. Everything else runs.</p>
</main>
</body>
</html>
"""

router = APIRouter()


@router.get("/{path:path}")
async def file(path: str, request: Request) -> Response:
    """A file of the console; any other path that is no file's is a page of it."""
    if path.startswith("api/"):
        raise no_route(request.url.path)
    folder = parts_of(request).settings.console.resolve()
    if not (folder / "index.html").is_file():
        return Response(NOT_BUILT, media_type="text/html", status_code=503)
    wanted = (folder / path).resolve()
    found = wanted if wanted.is_relative_to(folder) and wanted.is_file() else None
    if found is None:
        if path.startswith(ASSETS) or "." in path.rsplit("/", 1)[-1]:
            raise no_route(request.url.path)
        found = folder / "index.html"
    stat = found.stat()
    if stat.st_size > FILE_BYTES_MOST:
        raise no_route(request.url.path)
    mark = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    lasting = found.relative_to(folder).as_posix().startswith(ASSETS)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "ETag": mark,
    }
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return Response(_content(found, stat.st_mtime_ns), media_type=kind, headers=headers)


@lru_cache(FILES_KEPT_MOST)
def _content(file: Path, changed_ns: int) -> bytes:
    return file.read_bytes()
