"""Type lines into a zsh in a terminal, each followed by a tab, and print the completed lines.

zsh.py COMPLETIONS LINE ...
"""

import os
import pty
import re
import sys

completions, *lines = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="")
    os.execvp("zsh", ["zsh", "-f", "-i", "+o", "prompt_sp"])


def until(pattern):
    seen = ""
    while True:
        found = re.search(pattern, seen)
        if found:
            return found
        seen += os.read(terminal, 65536).decode()


# Read the completed line from the line editor, and not from the screen.
setup = (
    "autoload -U compinit; compinit -u -D; source " + completions + "; "
    "report() { print -r -- \"<<$BUFFER>>\"; BUFFER=; zle redisplay }; "
    "zle -N report; bindkey '^X' report; echo rea''dy"
)
os.write(terminal, (setup + "\n").encode())
until("ready")
for line in lines:
    os.write(terminal, (line + "\t\x18").encode())
    print(until("<<(.*?)>>").group(1).strip(), flush=True)
os.write(terminal, b"\x15exit\n")
