"""vSphere's own library. It makes its types when they are first used, so a type checker can know none of them."""

from __future__ import annotations

from typing import Any

import pyVim.connect
import pyVmomi.SoapAdapter

__all__ = ["SmartStubAdapter", "SoapStubAdapter", "vim", "vmodl"]

vim: Any = pyVmomi.vim
vmodl: Any = pyVmomi.vmodl
SoapStubAdapter: Any = pyVmomi.SoapAdapter.SoapStubAdapter
SmartStubAdapter: Any = pyVim.connect.SmartStubAdapter
