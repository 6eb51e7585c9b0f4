#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The error catalogue: <room>/<rule>.cpp below this folder, and docs/errors.md, which is made of them.

catalogue.py page [--check]             writes docs/errors.md (or says that it is out of date)
catalogue.py capture                    what g++ and clang++ print of the programs that page.md shows
catalogue.py check PROGRAM COMPILER …   compiles PROGRAM, which must pass, and with its mistake fail
catalogue.py run_time OUT PROGRAM…      one test of all programs with a function program()

A program begins with a comment: the licence, then paragraphs. The first is the sentence of the rule,
the others say what it means; a last one may be `options: …` (of the compiler) or `not run: …`. Below
#ifdef BROKEN stands the mistake. Beside a program may lie what is printed: <rule>.<compiler>.txt.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADERS = ROOT / "include/espalier"
TEMPLATE = HERE / "page.md"
PAGE = ROOT / "docs/errors.md"


class Program:
    def __init__(self, path):
        self.path = Path(path)
        self.name = f"{self.path.parent.name}/{self.path.stem}"
        text = self.path.read_text()
        comment = re.match(r"(?://.*\n)*", text)[0]
        self.code = text[len(comment):].strip() + "\n"
        lines = [line[2:].strip() for line in comment.splitlines()[1:]]
        paragraphs = [" ".join(p.split("\n")) for p in "\n".join(lines).split("\n\n")]
        self.sentence, *self.meaning = paragraphs
        directives = dict(p.split(": ", 1) for p in self.meaning if re.match("(options|not run): ", p))
        self.options = directives.get("options", "").split()
        self.is_run = "not run" not in directives
        self.meaning = [p for p in self.meaning if not re.match("(options|not run): ", p)]

    def printed(self, by):
        """What is printed of the mistake, if it was captured."""
        file = self.path.with_suffix(f".{by}.txt")
        return file.read_text() if file.exists() else None


# ---- the sentences of the headers

def headers():
    """Name and text of every header, with adjacent literals as one."""
    return {h.relative_to(HEADERS).as_posix(): re.sub(r'"\s+"', "", h.read_text())
            for h in sorted(HEADERS.rglob("*.hpp"))}


def public(name):
    """A definition stands behind the header of its noun."""
    noun = re.sub(r"detail/(\w+)_definition", r"\1", name)
    return noun if (HEADERS / noun).exists() else name


def rules(text):
    """The sentences of a header's rules, and the rules that have none."""
    sentences, without = re.findall(r'^#error "([^"]+)"', text, re.M), []
    # Rules, and calls of functions ensure_… that hand sentences on: up to the end of the statement.
    for rule in re.findall(r'(?:ensure[a-z_]*|static_assert)\((?:[^";]|"[^"]*")*;', text):
        # A sentence is an argument of its own; the names beside it stand in `given{"…", …}`.
        found = re.findall(r',\s*"([^"]+)"\s*[,)]', rule)
        # The caller's sentence: `ensure(holds, rule, given{…`.
        handed_on = re.match(r"ensure\([^\"]*,\s*[a-z_]+,\s*(given{|offending\.\.\.)", rule)
        if not found and rule.startswith("ensure(") and not handed_on and "bool holds" not in rule:
            without.append(rule)
        sentences += found
    return sentences, without


def catalogue(template):
    """A row for each sentence, (headers, sentence, programs or the test that says it), and complaints."""
    texts, mine, complaints = headers(), {}, []
    for path in sorted(HERE.glob("*/*.cpp")):
        program = Program(path)
        mine.setdefault(program.sentence, []).append(program)
    wanted = dict.fromkeys(mine)
    for name, text in texts.items():
        sentences, without = rules(text)
        wanted |= dict.fromkeys(sentences)
        complaints += [f"{name} has a rule without a sentence: {rule}" for rule in without]
    tests = {t: re.sub(r'"\s+"', "", t.read_text()) for t in sorted((ROOT / "tests").glob("*/*.cpp"))}
    rows = []
    for sentence in wanted:
        where = list(dict.fromkeys(public(name) for name, text in texts.items() if f'"{sentence}"' in text))
        found = mine.get(sentence, [])
        rooms = {name.split("/")[0] for name in where if "/" in name}
        complaints += [f"{p.name} stands in no header's room" for p in found
                       if rooms and p.path.parent.name not in rooms]
        if not where:
            complaints.append(f"no header says: {sentence} ({found[0].name})")
        elif not found and rooms == {"with"}:  # an adapter's rule is tested with its library
            found = [t for t, text in tests.items() if sentence in text][:1]
            if not found and sentence not in template:
                complaints.append(f"no test and not page.md says: {sentence} ({where[0]})")
        elif not found:
            complaints.append(f"tests/errors/ has no program for: {sentence} ({where[0]})")
        rows.append((where, sentence, found))
    return sorted(rows, key=lambda row: row[:2]), complaints


# ---- what is printed

def compiler_name(compiler):
    """g++-12, clang++-14: what a captured file is called after."""
    said = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    return ("clang++-" if "clang" in said else "g++-") + re.search(r"(\d+)\.\d+\.\d+", said)[1]


def compiled(program, command, *options):
    """Whether it compiles, and what is said: without source lines, for headers have every sentence."""
    quiet = "-fno-caret-diagnostics" if "clang" in compiler_name(command[0]) else "-fno-diagnostics-show-caret"
    result = subprocess.run(
        [*command, "-fsyntax-only", "-Wall", "-Wextra", quiet, *program.options, *options, program.path],
        capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return result.returncode == 0, result.stdout + result.stderr


def telling(program, said):
    """The lines that say what is wrong, without the way through the templates and without the
    library's line numbers, which change."""
    lines = []
    for line in said.splitlines():
        line = re.sub(r"[^\s']*/espalier/([\w/]+\.hpp)(:\d+)*", r"espalier/\1", line)
        line = line.replace(str(program.path), program.path.name)
        values = re.search(r"(nearest_legal|need_within_limit)<[^{]*>'( requested here|:$)", line)
        if " error: " in line or program.sentence in line or values or line.startswith(program.path.name):
            # A layer_spec, device or policy with all its members, but not the values that are given: down
            # to the outermost braces, or every new member of a policy would change what was captured.
            while len(line) > 250 or "{…}" in line:
                shorter = re.sub(r"(given<[^<>]*>)?\{(?:[^{}]|\{…\})*\}|\[with [^\[\]]*\]",
                    lambda braces: braces[0] if braces[1] else "{…}", line)
                if shorter == line:
                    break
                line = shorter
            lines.append(line)
    return "\n".join(dict.fromkeys(lines)) + "\n"


def check(path, *command):
    """That a program compiles and, with its mistake, fails with its sentence in the compiler's words."""
    program = Program(path)
    passes, said = compiled(program, command)
    if not passes:
        return f"the fixed program does not compile:\n{said}"
    passes, said = compiled(program, command, "-DBROKEN")
    if passes:
        return "the broken program compiles"
    # In an error, or in a call of `ensure` that the compiler lists with an error.
    own = r"error: |in call to 'ensure\(false, |expansion of '?.*espalier::ensure<"
    if not any(re.search(own, line.rpartition(program.sentence)[0]) for line in said.splitlines()):
        return f"the sentence is not among the errors:\n{program.sentence}\n{said}"
    captured = program.printed(compiler_name(command[0]))
    if captured and captured != telling(program, said):
        return f"other words than were captured:\n{telling(program, said)}"


def run_time(out, *paths):
    """One test of all programs that break their rule at run time, each with and without its mistake."""
    includes, cases = {}, []
    for program in map(Program, paths):
        includes |= dict.fromkeys(re.findall(r"^#include .*$", program.code, re.M))
        # Their own includes do nothing any more inside of a namespace.
        name = f"{program.path.parent.name}_{program.path.stem}"
        cases.append(f'namespace fixed_{name} {{\n#include "{program.path}"\n}}\n#define BROKEN\n'
                     f'namespace broken_{name} {{\n#include "{program.path}"\n}}\n#undef BROKEN\n'
                     f'TEST_CASE(R"({program.name})")\n{{\n    CHECK_NOTHROW(fixed_{name}::program());\n')
        if program.is_run:
            printed = program.printed("what")
            expected = printed.split("what():  ")[1].strip() if printed else None
            expected = f'R"({expected})"' if expected else f'doctest::Contains(R"({program.sentence})")'
            cases.append(f"    CHECK_THROWS_WITH(broken_{name}::program(), {expected});\n")
        cases.append("}\n")
    Path(out).write_text("\n".join(["#include <doctest/doctest.h>", *includes, ""]) + "".join(cases))


def capture():
    """Writes down what is printed of the programs on the page, by g++ 12, clang 14, or when it is run."""
    for program in map(Program, shown(TEMPLATE.read_text()).values()):
        if "void program()" not in program.code:
            for compiler in ("g++", "clang++"):
                _, said = compiled(program, [compiler, "-std=c++20", f"-I{HEADERS.parent}"], "-DBROKEN")
                file = program.path.with_suffix(f".{compiler_name(compiler)}.txt")
                file.write_text(telling(program, said))
            continue
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["g++", "-std=c++20", f"-I{HEADERS.parent}", "-DBROKEN", "-x", "c++", "-", "-o",
                f"{folder}/a"], input=f'#include "{program.path}"\nint main() {{ program(); }}\n', text=True,
                check=True)
            said = subprocess.run([f"{folder}/a"], capture_output=True, text=True).stderr
        program.path.with_suffix(".what.txt").write_text(said)


# ---- the page

def shown(template):
    """The programs that the template shows: the line that asks for each, and its path."""
    return {line: HERE / f"{path}.cpp"
            for line, path in re.findall(r"^(<!-- program: (\S+) -->)$", template, re.M)}


def page(*options):
    template = TEMPLATE.read_text()
    rows, complaints = catalogue(template)
    for line, path in shown(template).items():
        program = Program(path)
        blocks = [f"```cpp\n{program.code}```\n"]
        for file in sorted(path.parent.glob(path.stem + ".*.txt"), reverse=True):
            by = file.suffixes[-2].strip(".").replace("-", " ")
            by = "At run time" if by == "what" else by
            blocks.append(f"{by}:\n\n```\n{file.read_text()}```\n")
        if len(blocks) == 1:
            complaints.append(f"nothing was captured of {program.name}: run catalogue.py capture")
        template = template.replace(line, "\n".join(blocks).strip())
    if complaints:
        return "\n".join(complaints)
    table = ["| sentence | checked in | meaning | program |", "|---|---|---|---|"]
    for where, sentence, found in rows:
        meaning = ""
        if isinstance(found[0] if found else None, Program):
            meaning = re.match(r".*?\.(?= [A-Z(`]|$)|$", " ".join(found[0].meaning))[0].strip()
        links = [f"[{number}](../{path.relative_to(ROOT).as_posix()})"
                 for number, path in enumerate((getattr(f, "path", f) for f in found), 1)]
        cells = [sentence, ", ".join(f"`{name}`" for name in where), meaning, " ".join(links)]
        table.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    text = template.replace("<!-- table -->", "\n".join(table))
    if "--check" not in options:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        return f"{PAGE} is out of date: run tests/errors/catalogue.py page"
    print(f"{len(rows)} sentences are listed")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:] or ["help"]
    commands = {"page": page, "capture": capture, "check": check, "run_time": run_time}
    sys.exit(commands[command](*arguments) if command in commands else __doc__)
