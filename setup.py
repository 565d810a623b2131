"""Builds `l2zk._core`: one Cython extension over C kernels that are compiled once per instruction set.

`l2zk/_native/kernels.c` is one text. Each instruction set of `ISAS` makes an object of its own from it, with
-DL2ZK_ISA_<NAME>=1 and that set's flags; no other object gets those flags, so the extension runs on any
machine of its kind and `dispatch.c`, told by -DL2ZK_HAVE_<NAME>=1 which sets are there, picks one at import.

Everything else about the package (metadata, data files, tools) is in pyproject.toml.
"""

from __future__ import annotations

import sys
from glob import glob
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.modified import newer_group

NATIVE = "l2zk/_native"
KERNELS = f"{NATIVE}/kernels.c"
X86_64 = ("x86_64", "amd64")
ARM64 = ("arm64", "aarch64")


class Isa(NamedTuple):
    """An instruction set that the kernels can be compiled for: its machines and its flags."""

    name: str
    machines: tuple[str, ...]
    flags: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """True if the kernels are written for it: isa_<name>.h defines its vectors."""
        return Path(NATIVE, f"isa_{self.name}.h").exists()


# The flags of a set name exactly the features that dispatch.c asks the machine for.
ISAS = (
    Isa("avx2", X86_64, ("-mavx2",)),
    Isa("avx512", X86_64, ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl")),
    Isa("neon", ARM64),
)

# gnu11 is C11 with the calls of POSIX and Linux (threads, madvise) declared.
COMPILE_FLAGS = ["-std=gnu11", "-O3", "-g0", "-fvisibility=hidden", "-pthread"]
LINK_FLAGS = ["-pthread", *(["-Wl,-s"] if sys.platform.startswith("linux") else [])]


class BuildCore(build_ext):
    """build_ext that compiles the kernels for every instruction set and hands their objects to the linker."""

    def build_extension(self, ext: Extension) -> None:
        built = [isa for isa in ISAS if isa.exists and set(isa.machines) & set(self.machines())]
        ext.extra_objects = [self.kernels("portable", [], ext.depends)]
        ext.extra_compile_args = list(COMPILE_FLAGS)
        for isa in built:
            ext.extra_objects.append(self.kernels(isa.name, [*self.thin(isa), *isa.flags], ext.depends))
            ext.extra_compile_args += self.only_for(isa, f"-DL2ZK_HAVE_{isa.name.upper()}=1")
        super().build_extension(ext)

    def kernels(self, name: str, flags: list[str], depends: list[str]) -> str:
        """The object of kernels.c for one set, compiled if it is older than what it depends on."""
        place = str(Path(self.build_temp, name))
        [object_file] = self.compiler.object_filenames([KERNELS], output_dir=place)
        if self.force or newer_group(depends, object_file):
            self.compiler.compile(
                [KERNELS],
                output_dir=place,
                macros=[(f"L2ZK_ISA_{name.upper()}", "1")],
                include_dirs=[NATIVE],
                extra_postargs=[*COMPILE_FLAGS, *flags],
            )
        return object_file

    def machines(self) -> tuple[str, ...]:
        """The machines that one run of the compiler makes code for: several in a universal build of macOS."""
        command = self.compiler.compiler_so
        named = tuple(machine for flag, machine in pairwise(command) if flag == "-arch")
        return named or (self.plat_name.rpartition("-")[2],)

    def thin(self, isa: Isa) -> list[str]:
        """In a universal build, the flags that make an object for the machine of the set alone."""
        return ["-arch", self.machine_of(isa)] if len(self.machines()) > 1 else []

    def only_for(self, isa: Isa, flag: str) -> list[str]:
        """The flag; in a universal build, kept to the machine of the set."""
        return [f"-Xarch_{self.machine_of(isa)}", flag] if len(self.machines()) > 1 else [flag]

    def machine_of(self, isa: Isa) -> str:
        """The machine of this build that may have the set."""
        return next(machine for machine in self.machines() if machine in isa.machines)


def core() -> Extension:
    """The extension: its Cython text, the plain C files, and everything whose edit must rebuild it."""
    plain = sorted(set(glob(f"{NATIVE}/*.c")) - {KERNELS})
    texts = [name for kind in ("_native/*", "_protocol/*", "*.pxd") for name in sorted(glob(f"l2zk/{kind}"))]
    extension = Extension(
        "l2zk._core",
        sources=["l2zk/_core.pyx", *plain],
        include_dirs=[NATIVE],
        depends=[*texts, "setup.py"],
        extra_link_args=LINK_FLAGS,
    )
    extension.cython_c_in_temp = True  # the generated C file never stands beside its source
    return extension


setup(ext_modules=[core()], cmdclass={"build_ext": BuildCore})
