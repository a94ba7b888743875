import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { commandNodes } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { addExamples } from '../terminal/help.ts';
import { allowEarlyClose } from '../terminal/output.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/**
 * `completion`: write a completion script.
 * @param createFullProgram creates the program with all commands
 */
export function command(createFullProgram: () => Promise<Command>): Command {
  const command = new Command()
    .description(
      'Write a completion script for a shell. It completes commands, options and their choices, event types, and the targets of --forward.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .action(async (shell: keyof typeof shells) => {
      allowEarlyClose();
      const program = await createFullProgram();
      process.stdout.write(shells[shell](program.name(), commandNodes(program)));
    });
  return addExamples(command, [
    ['completion bash > ~/.local/share/bash-completion/completions/spiderfoot-webhooks', 'bash'],
    ['completion zsh > ~/.zfunc/_spiderfoot-webhooks', 'zsh, if ~/.zfunc is in $fpath'],
    ['completion fish > ~/.config/fish/completions/spiderfoot-webhooks.fish', 'fish'],
  ]);
}
