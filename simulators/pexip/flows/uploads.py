"""Types that come with a file: themes, branding, media. The file arrives as one part of a form."""

from __future__ import annotations

import mimetypes
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpRequest
from tastypie.exceptions import NotFound

from ..rejections import Rejected
from ..resources import ConfigurationResource

CHUNK = 1 << 20


def check_zip(type_name: str, field: str, upload: Any) -> None:
    """Refuse what is not a ZIP file, or a damaged one."""
    try:
        with zipfile.ZipFile(upload) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise Rejected(type_name, {field: [f"Upload a valid ZIP file: {error}."]}) from None
    if damaged:
        raise Rejected(type_name, {field: [f"Upload a valid ZIP file: {damaged} is damaged."]})
    upload.seek(0)


def keep(upload: Any, path: Path) -> None:
    """Write an uploaded file, once what it belongs to is saved for good."""

    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in upload.chunks(CHUNK):
                file.write(chunk)

    transaction.on_commit(write)


class Upload(ConfigurationResource):
    """Keeps one file beside each object."""

    file_field: str

    def check(self, obj: Any, upload: Any) -> None:
        """Look at a new file before it is taken; raises `Rejected`."""
        check_zip(self.spec.name, self.file_field, upload)

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Take the file that the form carries."""
        upload, field = data.get(self.file_field), self.spec.fields[self.file_field]
        if upload is None or not hasattr(upload, "chunks"):
            if obj.pk is None and field.required:
                raise Rejected(self.spec.name, {field.name: ["This field is required."]})
            return
        if obj.pk is not None and field.create_only:
            raise Rejected(self.spec.name, {field.name: ["This field cannot be changed after the object was created."]})
        self.check(obj, upload)
        setattr(obj, field.name, Path(upload.name).name)

    def saved(self, obj: Any, data: dict[str, Any]) -> None:
        """Keep the file."""
        upload = data.get(self.file_field)
        if hasattr(upload, "chunks"):
            keep(upload, self._path(obj))

    def action_download(self, request: HttpRequest, key: str) -> Any:
        """The file as it was uploaded."""
        self.method_check(request, allowed=["get"])
        obj = self.named(key)
        if not self._path(obj).exists():
            raise NotFound(f"This {self.spec.name} has no file.")
        return FileResponse(self._path(obj).open("rb"), as_attachment=True, filename=getattr(obj, self.file_field))

    def _path(self, obj: Any) -> Path:
        folder: Path = settings.SIMULATOR.data / "files" / self.spec.name / str(obj.pk)
        return folder / self.file_field


class IvrTheme(Upload):
    """A theme: first its name, then its package."""

    file_field = "package"


class WebappBranding(Upload):
    """A branding package of the web app."""

    file_field = "branding_file"


class MediaLibraryEntry(Upload):
    """A film or a sound; what it is follows from the file."""

    file_field = "media_file"

    def check(self, obj: Any, upload: Any) -> None:
        """Note what the file is."""
        name = Path(upload.name)
        obj.file_name = name.name
        obj.media_format = name.suffix.lstrip(".").lower()
        obj.media_type = mimetypes.guess_type(name.name)[0] or "application/octet-stream"
        obj.media_size = upload.size
