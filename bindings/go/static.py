"""The static library as programs in other languages link it: small, and a neighbour of others.

Of what Cargo makes, most is never used, and the rest has the global names of Rust's own standard
library: a second library in Rust, in the same program, has them too. One object is made of it that
holds what the functions of momo.h need, and has no other global name.
"""

import subprocess
import tempfile
from pathlib import Path

from . import ROOT, platform_folder

SYMBOLS = ROOT / "packaging/abi/symbols"

# Cargo puts every function in a section of its own. Once those that nobody needs are left out, the
# many sections are only weight.
SCRIPT = """\
SECTIONS {
  .text : { *(.text .text.*) }
  .rodata : { *(.rodata .rodata.*) }
  .eh_frame : { KEEP(*(.eh_frame)) }
  .gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) }
  .tdata : { *(.tdata .tdata.*) }
  .tbss : { *(.tbss .tbss.*) }
  .data.rel.ro : { *(.data.rel.ro .data.rel.ro.*) }
  .data : { *(.data .data.*) }
  .bss : { *(.bss .bss.*) }
  /DISCARD/ : { *(.comment .llvmbc .llvmcmd .llvm_addrsig) }
}
"""


def make(platform, archive):
    """Writes `archive`, from build/dist/PLATFORM/lib/libmomo.a."""
    names = SYMBOLS.read_text().split()
    prefix = "aarch64-linux-gnu-" if platform.startswith("aarch64") else "x86_64-linux-gnu-"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "script").write_text(SCRIPT)

        def run(tool, *arguments):
            subprocess.run([prefix + tool, *arguments], cwd=folder, check=True)

        roots = [word for name in names for word in ("--undefined", name)]
        # Groups are for the linker to choose one of equals: it would choose from another library.
        link = ["-r", "--gc-sections", "--force-group-allocation", "-T", "script", *roots]
        run("ld", *link, "-o", "all.o", platform_folder(platform) / "lib/libmomo.a")
        run("objcopy", f"--keep-global-symbols={SYMBOLS}", "all.o", "kept.o")
        run("objcopy", "--strip-unneeded", "kept.o", "momo.o")
        archive.unlink(missing_ok=True)
        run("ar", "rcsD", archive, "momo.o")
