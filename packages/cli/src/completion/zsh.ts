import type { Node } from './command-tree.ts';

/** Return a completion script for zsh. It completes the same as for bash, with descriptions. */
export function zshCompletion(program: string, nodes: readonly Node[]): string {
  const name = program.replaceAll('-', '_');
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `#compdef ${program}
_${name}() {
  local place="" word candidate
  local -a found fitting
  for word in "\${(@)words[2,CURRENT-1]}"; do
    candidate="\${place:+$place }$word"
    case "$candidate" in
      (${paths.join('|')}) place="$candidate" ;;
    esac
  done
  case "$place:\${words[CURRENT-1]}" in
${nodes.flatMap(valueCases).join('\n')}
  esac
  case "$place" in
${nodes.map(wordCase).join('\n')}
  esac
  fitting=(\${(M)found:#\${words[CURRENT]}*})
  if (( $#fitting )); then
    _describe '${program}' found
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${program}; fi
`;
}

function valueCases({ path, options }: Node): readonly string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, choices }) => {
      const patterns = flags.map((flag) => quoted(`${path}:${flag}`)).join('|');
      return `    (${patterns}) ${choices === undefined ? '_files' : `compadd ${suffixOf(choices)}-- ${choices.map(quoted).join(' ')}`}; return ;;`;
    });
}

/** After `slack=`, the URL follows without a blank. */
function suffixOf(choices: readonly string[]): string {
  return choices.every((choice) => choice.endsWith('=')) ? "-S '' " : '';
}

function wordCase({ path, words, options }: Node): string {
  const found = [
    ...words.map(({ name, about }) => described(name, about)),
    ...options.flatMap(({ flags, about }) => flags.map((flag) => described(flag, about))),
  ];
  return `    (${quoted(path)}) found=(${found.join(' ')}) ;;`;
}

function described(name: string, about: string): string {
  return quoted(`${name}:${about.replaceAll(':', '\\:')}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
