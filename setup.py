"""Builds `l2zk._core`: one Cython extension over C kernels that are compiled once per instruction set.

`l2zk/_native/kernels.c` is one text. Each instruction set of `ISAS` makes an object of its own from it, with
-DL2ZK_ISA_<NAME>=1 and that set's flags; no other object gets those flags, so the extension runs on any
machine of its kind and `dispatch.c`, told by -DL2ZK_HAVE_<NAME>=1 which sets are there, picks one at import.
`l2zk._probes` shows tests and benchmarks the kernels one by one: tests/support/probes.py builds it where it is missing,
and no wheel has it but one that is built with L2ZK_PROBES=1, as asv does.
L2ZK_QUICK=1 builds as `dev` does, wherever the build is asked for.

    python setup.py dev                                  for work on the core: in place, and quick to build
    python setup.py dev --sanitize=address,undefined     both parts with the library, in build/address,undefined/lib

Everything else about the package (metadata, data files, tools) is in pyproject.toml.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, NamedTuple

from setuptools import Command, Extension, setup
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
CYTHON_FLAGS = ["-Wno-sign-compare", "-Wno-unused-function"]  # of C that nobody has written
# One extension serves every CPython with a GIL from this on: no stable ABI before has buffers.
STABLE_ABI = (3, 11)
LIMITED = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
QUICK_FLAGS = ["-O1"]  # of what is not a kernel: compiled in less than half the time
SANITIZE_FLAGS = ["-O1", "-g", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all"]


class BuildCore(build_ext):
    """build_ext that compiles the kernels for every instruction set and hands their objects to the linker."""

    user_options: ClassVar = [
        *build_ext.user_options,
        ("parts=", None, "the extensions to build: core, probes, or core,probes"),
        ("quick", None, "compile what is not a kernel with -O1"),
        ("sanitize=", None, "what the C compiler's -fsanitize= takes"),
    ]
    boolean_options: ClassVar = [*build_ext.boolean_options, "quick"]

    def initialize_options(self) -> None:
        super().initialize_options()
        self.parts = "core,probes" if os.environ.get("L2ZK_PROBES") else "core"
        self.quick, self.sanitize = bool(os.environ.get("L2ZK_QUICK")), ""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()
        wanted = {f"l2zk._{part}" for part in self.parts.split(",")}
        self.extensions = [extension for extension in self.extensions if extension.name in wanted]

    def build_extensions(self) -> None:
        self.remove_others()
        self.sets = [isa for isa in ISAS if isa.exists and set(isa.machines) & set(self.machines())]
        wanted = [("portable", []), *((isa.name, [*self.thin(isa), *isa.flags]) for isa in self.sets)]
        with ThreadPoolExecutor(int(self.parallel or 1)) as workers:
            self.objects = list(workers.map(self.kernels, *zip(*wanted)))
        super().build_extensions()

    def build_extension(self, ext: Extension) -> None:
        ext.extra_objects = self.objects
        ext.extra_compile_args = [*self.flags(), *CYTHON_FLAGS, *(QUICK_FLAGS if self.quick else [])]
        for isa in self.sets:
            ext.extra_compile_args += self.only_for(isa, f"-DL2ZK_HAVE_{isa.name.upper()}=1")
        ext.extra_link_args = [*LINK_FLAGS[: 1 if self.sanitize else None], *self.sanitizers()]
        ext.depends = [*ext.depends, self.noted(ext)]
        super().build_extension(ext)

    def copy_extensions_to_source(self) -> None:
        super().copy_extensions_to_source()
        self.remove_others()

    def remove_others(self) -> None:
        """Removes what other builds left beside these: Python prefers _core.cpython-311-….so to _core.abi3.so."""
        for made in (Path(self.get_ext_fullpath(extension.name)) for extension in self.extensions):
            for other in made.parent.glob(f"{made.name.partition('.')[0]}.*so"):
                if other != made:
                    other.unlink()

    def flags(self) -> list[str]:
        """The compiler's flags for every object."""
        return [*COMPILE_FLAGS, *(SANITIZE_FLAGS if self.sanitize else []), *self.sanitizers()]

    def sanitizers(self) -> list[str]:
        return [f"-fsanitize={self.sanitize}"] if self.sanitize else []

    def noted(self, ext: Extension) -> str:
        """A file with the flags, that is new when they are others than last time: an extension depends on it."""
        note, text = (
            Path(self.build_temp, f"{ext.name}.flags"),
            " ".join([*ext.extra_compile_args, *ext.extra_link_args]),
        )
        if not note.exists() or note.read_text() != text:
            note.write_text(text)
        return str(note)

    def kernels(self, name: str, flags: list[str]) -> str:
        """The object of kernels.c for one set, compiled if it is older than what it includes or this file."""
        place = str(Path(self.build_temp, name))
        [object_file] = self.compiler.object_filenames([KERNELS], output_dir=place)
        if self.force or newer_group([KERNELS, *glob(f"{NATIVE}/*.h"), "setup.py"], object_file):
            self.compiler.compile(
                [KERNELS],
                output_dir=place,
                macros=[(f"L2ZK_ISA_{name.upper()}", "1")],
                include_dirs=[NATIVE],
                extra_postargs=[*self.flags(), *flags],
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


class Dev(Command):
    """A build for work on the core; with sanitizers, a build of the library in a folder of its own."""

    description = "build the core in place, quickly; or with sanitizers, in build/<sanitizers>/lib"
    user_options: ClassVar = [("sanitize=", None, "what the C compiler's -fsanitize= takes")]

    def initialize_options(self) -> None:
        self.sanitize = ""

    def finalize_options(self) -> None:
        pass

    def run(self) -> None:
        extensions = self.reinitialize_command("build_ext")
        if not self.sanitize:
            extensions.inplace, extensions.quick = True, True
            self.run_command("build_ext")
            return
        extensions.sanitize, extensions.parts = self.sanitize, "core,probes"
        build = self.reinitialize_command("build")
        build.build_base = f"build/{self.sanitize}"
        build.build_lib = f"{build.build_base}/lib"
        self.run_command("build")


def part(name: str) -> Extension:
    """An extension: its Cython text, the plain C files, and everything whose edit must rebuild it."""
    plain = sorted(set(glob(f"{NATIVE}/*.c")) - {KERNELS})
    kinds = ("_native/*", "_protocol/*/*", "*.pxd")
    texts = [text for kind in kinds for text in sorted(glob(f"l2zk/{kind}"))]
    extension = Extension(
        f"l2zk._{name}",
        sources=[f"l2zk/_{name}.pyx", *plain],
        include_dirs=[NATIVE],
        depends=[*texts, "setup.py"],
        define_macros=[("Py_LIMITED_API", f"0x{STABLE_ABI[0]:02x}{STABLE_ABI[1]:02x}0000")] if LIMITED else [],
        py_limited_api=LIMITED,
    )
    extension.cython_c_in_temp = True  # the generated C file never stands beside its source
    return extension


setup(
    ext_modules=[part("core"), part("probes")],
    cmdclass={"build_ext": BuildCore, "dev": Dev},
    options={"bdist_wheel": {"py_limited_api": f"cp{STABLE_ABI[0]}{STABLE_ABI[1]}"}} if LIMITED else {},
)
