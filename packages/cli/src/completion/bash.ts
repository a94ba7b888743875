import type { Node } from './command-tree.ts';

/** Return a completion script for bash. It completes commands, options, choices and, for any other value, files. */
export function bashCompletion(program: string, nodes: readonly Node[]): string {
  const name = program.replaceAll('-', '_');
  const paths = nodes.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  return `# bash completion for ${program}
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word candidate
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    candidate="\${path:+$path }$word"
    case "$candidate" in
      ${paths.join('|')}) path="$candidate" ;;
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${nodes.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${nodes.map(wordCase).join('\n')}
  esac
}
complete -o default -F _${name} ${program}
`;
}

function valueCases({ path, options }: Node): readonly string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ flags, choices }) => {
      const patterns = flags.map((flag) => `"${path}:${flag}"`).join('|');
      return `    ${patterns}) ${choices === undefined ? '' : `${reply(choices)}; `}return ;;`;
    });
}

function wordCase({ path, words, options }: Node): string {
  return `    "${path}") ${reply([...words.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)])} ;;`;
}

function reply(words: readonly string[]): string {
  const found = `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current"))`;
  // After `slack=`, the URL follows without a blank.
  return words.every((word) => word.endsWith('=')) ? `${found}; compopt -o nospace 2>/dev/null` : found;
}
