// Echo: says back what it is told and what it was told before. Node 18 or newer, no packages.
//
// It speaks ash's line protocol: one JSON object per line on stdin and stdout; stderr is its log.
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

// The home is private to the session and is kept like the workspace: what stands there survives a
// new process, even on another machine.
const memory = join(homedir(), 'echo-memory.jsonl');
const pauseMs = Number(process.env.ECHO_PAUSE_MS ?? 15);

let restarted = false; // a process before this one held the same conversation
let running = null; // the turn that is being answered, with a way to stop it

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');

function remembered() {
  if (!existsSync(memory)) return [];
  return readFileSync(memory, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** A message is a string or an array of blocks; of the blocks only text is read. */
function textOf(content) {
  if (typeof content === 'string') return content;
  return content.filter((block) => block.type === 'text').map((block) => block.text).join(' ');
}

/** A message between quotation marks, cut where it is long. */
function quote(text) {
  const letters = [...text];
  return JSON.stringify(letters.length > 80 ? letters.slice(0, 79).join('') + '…' : text);
}

/** The tool: writes the message into a file of the workspace and lists what is there. */
function takeNote(turn, text) {
  const id = `note-${turn}`;
  const path = `notes/turn-${turn}.txt`;
  say({ type: 'tool_use', turn, id, name: 'take_note', input: { path, text } });
  mkdirSync('notes', { recursive: true });
  writeFileSync(path, text + '\n');
  const notes = readdirSync('notes').sort().join(', ');
  say({ type: 'tool_result', turn, toolUseId: id, content: `notes: ${notes}` });
}

async function answer({ turn, content }, stop) {
  const text = textOf(content);
  const before = remembered();
  appendFileSync(memory, JSON.stringify(text) + '\n');
  takeNote(turn, text);

  const words = [
    restarted ? 'Back again. ' : '',
    `You said: ${quote(text)}. `,
    before.length === 0
      ? 'That is the first thing I hear.'
      : `Before that you said: ${before.map(quote).join(', ')}.`,
  ].join('').match(/\S+\s*/g);
  restarted = false;

  // "pause=200" in a message slows the answer down: good to see streaming, or to interrupt it.
  const slow = /\bpause=(\d{1,5})\b/.exec(text);
  let said = '';
  for (const word of words) {
    if (stop.aborted) break;
    say({ type: 'delta', turn, text: word });
    said += word;
    await pause(slow ? Number(slow[1]) : pauseMs, null, { signal: stop }).catch(() => {});
  }
  say({ type: 'message', turn, text: said });
  say({ type: 'usage', turn, inputTokens: text.split(/\s+/).length, outputTokens: words.length });
  say({ type: 'done', turn, result: said });
}

function hear(line) {
  switch (line.type) {
    case 'session':
      restarted = line.resumed;
      break;
    case 'user.message': {
      const stop = new AbortController();
      running = { turn: line.turn, stop };
      answer(line, stop.signal)
        .catch((e) => say({ type: 'error', turn: line.turn, message: String(e) }))
        .finally(() => (running = null));
      break;
    }
    case 'interrupt':
      if (running?.turn === line.turn) running.stop.abort();
      break;
    default: // a newer server may say more than this agent knows
      console.error(`ignored a line of type ${line.type}`);
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    hear(JSON.parse(line));
  } catch (e) {
    console.error(`ignored a line: ${e.message}`);
  }
});
