import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const config = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  ${replaced('sans', 'Inter')}
  ${replaced('sans-serif', 'Inter')}
  ${replaced('DejaVu Sans', 'Inter')}
  ${replaced('ui-monospace', 'JetBrains Mono')}
</fontconfig>`;

function replaced(family: string, by: string): string {
  return `<match target="pattern"><test name="family"><string>${family}</string></test>
    <edit name="family" mode="assign" binding="strong"><string>${by}</string></edit></match>`;
}

/**
 * Return the environment of a browser that uses Inter and JetBrains Mono (Debian: fonts-inter, fonts-jetbrains-mono), so
 * that images do not depend on the machine.
 * @param folder an existing folder, to which the configuration is written
 */
export function fixedFonts(folder: string): Readonly<Record<string, string>> {
  const file = join(folder, 'fonts.conf');
  writeFileSync(file, config);
  return { FONTCONFIG_FILE: file };
}
