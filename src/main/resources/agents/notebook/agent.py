"""Notebook: keeps notes for one person. Python 3, standard library only.

It speaks ash's line protocol: one JSON object per line on stdin and stdout; stderr is its log.
"""

import json
import os
import sys

NOTEBOOK = "notebook.json"  # in the workspace, which is kept with the session


def say(kind, **fields):
    # Flushed line by line: what stays in a buffer is not on anybody's screen.
    print(json.dumps({"type": kind, **fields}), flush=True)


def read_notes():
    try:
        with open(NOTEBOOK, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def write_notes(notes):
    # Replaced in one step: a process that is killed leaves the old notebook or the new one.
    with open(NOTEBOOK + ".new", "w", encoding="utf-8") as file:
        json.dump(notes, file, ensure_ascii=False, indent=1)
    os.replace(NOTEBOOK + ".new", NOTEBOOK)


def add(text):
    notes = read_notes() + [text]
    write_notes(notes)
    return f"Noted as number {len(notes)}."


def find(word):
    hits = [f"{n}. {t}" for n, t in enumerate(read_notes(), 1) if word.lower() in t.lower()]
    return "\n".join(hits) or "There is no such note."


def forget(number):
    notes = read_notes()
    if not 1 <= number <= len(notes):
        raise ValueError(f"there is no note {number}")
    text = notes.pop(number - 1)
    write_notes(notes)
    return f"Forgot: {text}"


def choose_tool(text):
    """What a message asks for: a tool's name, its input, and the call itself."""
    verb, _, rest = text.strip().partition(" ")
    if verb == "list":
        return "find_notes", {"word": ""}, lambda: find("")
    if verb == "find" and rest:
        return "find_notes", {"word": rest}, lambda: find(rest)
    if verb == "forget" and rest.isdecimal():
        return "forget_note", {"number": int(rest)}, lambda: forget(int(rest))
    return "add_note", {"text": text}, lambda: add(text)


def text_of(content):
    """A message is a string or a list of blocks; of the blocks only text is read."""
    if isinstance(content, str):
        return content
    return " ".join(block["text"] for block in content if block.get("type") == "text")


def answer(turn, content):
    name, given, call = choose_tool(text_of(content))
    tool_id = f"tool-{turn}"
    say("thinking", turn=turn, text=f"This is work for {name}.")
    say("tool_use", turn=turn, id=tool_id, name=name, input=given)
    try:
        said, failed = call(), False
    except (OSError, ValueError) as problem:
        said, failed = f"That did not work: {problem}.", True
    say("tool_result", turn=turn, toolUseId=tool_id, content=said, isError=failed)
    say("message", turn=turn, text=said)
    say("done", turn=turn, result=said)


def hear(line):
    kind = line.get("type")
    if kind == "user.message":
        try:
            answer(line["turn"], line["content"])
        except Exception as problem:  # the turn must end, whatever went wrong
            say("error", turn=line["turn"], message=repr(problem))
    elif kind == "session":
        state = "goes on" if line["resumed"] else "begins"
        print(f"the conversation {state}; {len(read_notes())} notes", file=sys.stderr)
    elif kind != "interrupt":  # an answer takes no time here, so an interrupt always comes too late
        print(f"ignored a line of type {kind}", file=sys.stderr)


for text in sys.stdin.buffer:
    try:
        hear(json.loads(text))
    except Exception as problem:
        print(f"ignored a line: {problem}", file=sys.stderr)
