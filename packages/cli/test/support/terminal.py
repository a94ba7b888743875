"""Run a command in a pseudo-terminal: python3 terminal.py COLUMNS ANSWERS COMMAND...

ANSWERS is a JSON list of [text, answer]. The answer is typed after the text was shown. The output of the terminal is
written to standard output.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

columns, answers, command = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    # Set the size before the command reads it.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    os.execvp(command[0], command)
shown = b""
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    shown += data
    while answers and answers[0][0].encode() in shown:
        shown = shown.split(answers[0][0].encode(), 1)[1]
        os.write(terminal, answers.pop(0)[1].encode())
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
