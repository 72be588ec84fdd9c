<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\Suite;

/** That pages and code say the same, and that the code is what the oldest PHP reads. */
final class PageSuite extends Suite
{
    private const ROOT = __DIR__ . '/../../../..';
    private const MODULE = __DIR__ . '/../../local/modules/fiscal.relay';

    public function testThePageListsTheOptionsOfTheModule(): void
    {
        $page = (string)file_get_contents(self::ROOT . '/docs/bitrix.md');
        $this->same(1, preg_match('/^## The module\'s options$(.*?)^## /ms', $page, $part), 'the section');
        preg_match_all('/^\| `([a-z_<>]+)` \| (?:`([^`]*)`)? ?\|/m', $part[1], $rows, PREG_SET_ORDER);
        $listed = array_column(array_map(static fn (array $row) => [$row[1], $row[2] ?? ''], $rows), 1, 0);
        preg_match('/The module keeps (.*?) for itself/s', $part[1], $own);
        preg_match_all('/`([a-z_]+)`/', $own[1], $own);
        $this->same([], array_diff(Settings::OWN, $own[1]), 'kept for itself');
        $this->same([], array_diff($own[1], Settings::OWN), 'kept for itself');
        $defaults = array_diff_key(Settings::defaults(), array_flip(Settings::OWN)) + ['shop_<site>' => ''];
        ksort($defaults);
        ksort($listed);
        $this->same($defaults, $listed);
        $this->same(count($rows), count($listed), 'each once');
    }

    public function testThePageListsTheKeysThatTheModuleWrites(): void
    {
        $page = (string)file_get_contents(self::ROOT . '/docs/bitrix.md');
        $patterns = [];
        foreach (explode("\n", $page) as $line) {
            $cells = array_map('trim', explode('|', $line));
            if (count($cells) === 6 && preg_match('/^`([a-z.]+)`$/', $cells[2], $kind)) {
                preg_match_all('/`([^`]*<[^`]*)`/', $cells[4], $keys);
                foreach ($keys[1] as $key) {
                    $patterns[$kind[1]][] = '/^' . preg_replace('/\\\\<[a-z]+\\\\>/', '[A-Za-z0-9._-]+', preg_quote($key, '/')) . '$/';
                }
            }
        }
        $seen = [];
        foreach (glob(__DIR__ . '/../payloads/*.json') ?: [] as $file) {
            $event = json_decode((string)file_get_contents($file), true, 512, JSON_THROW_ON_ERROR);
            foreach ($patterns[$event['kind']] ?? [] as $pattern) {
                if (preg_match($pattern, $event['event_key'])) {
                    $seen[$event['kind'] . $pattern] = true;
                    continue 2;
                }
            }
            $this->true(false, "$event[kind] $event[event_key]: " . json_encode($patterns[$event['kind']] ?? []));
        }
        $this->same(count(array_merge(...array_values($patterns))), count($seen), 'each of the page is written');
    }

    public function testCommandsOfTheReadmeAreThoseOfTheCommandLine(): void
    {
        $readme = (string)file_get_contents(self::ROOT . '/deploy/bitrix/README.md');
        $usage = (string)file_get_contents(self::MODULE . '/lib/Cli/Command.php');
        preg_match_all('/fiscal-relay\.php ([a-z-]+)((?: --[a-z]+)*)/', $readme, $used, PREG_SET_ORDER);
        $this->true(count($used) > 8, 'commands');
        foreach ($used as [, $command, $flags]) {
            $this->true(str_contains($usage, "'$command'"), $command);
            foreach (array_filter(explode(' ', $flags)) as $flag) {
                $this->true(str_contains($usage, "[$flag"), "$command $flag");
            }
        }
    }

    /** PHP 8.1 is what the module promises, and newer than that is what these tests run on. */
    public function testTheOldestPhpReadsIt(): void
    {
        $newer = [
            // 8.2 and later, by what they need in the text.
            '/\breadonly\s+(final\s+|abstract\s+)*class\b/', '/\b(final|abstract)\s+readonly\s+class\b/',
            '/\bconst\s+(string|int|array|bool|float|self|\?\w+)\s+[A-Z_]+\s*=/', '/#\[\\\\?(Override|SensitiveParameter)\b/',
            '/\)\s*:\s*(true|false|null)\s*\{/', '/[(,]\s*(true|false|null)\s+\$/', '/\(\w+&\w+\)\s*\|/', '/::\{\$/',
            '/\b(json_validate|mb_str_pad|mb_trim|mb_ltrim|mb_rtrim|mb_ucfirst|array_find|array_find_key|array_any|array_all'
                . '|str_increment|str_decrement|ini_parse_quantity|curl_upkeep|array_first|array_last)\s*\(/',
            '/\bRandom\\\\|\bnew\s+\w+\([^)]*\)->/',
        ];
        $files = array_merge(
            glob(self::ROOT . '/deploy/bitrix/examples/*.php') ?: [],
            array_keys(iterator_to_array(new \RegexIterator(new \RecursiveIteratorIterator(
                new \RecursiveDirectoryIterator(self::MODULE)
            ), '/\.php$/')))
        );
        $this->true(count($files) > 70, count($files) . ' files');
        foreach ($files as $file) {
            $tokens = \PhpToken::tokenize((string)file_get_contents($file), TOKEN_PARSE);
            $code = '';
            foreach ($tokens as $token) {
                $isText = $token->is([T_COMMENT, T_DOC_COMMENT, T_CONSTANT_ENCAPSED_STRING, T_ENCAPSED_AND_WHITESPACE, T_INLINE_HTML]);
                $code .= $isText ? ' ' : $token->text;
            }
            foreach ($newer as $pattern) {
                $this->true(preg_match($pattern, $code, $found) === 0, basename($file) . ': ' . ($found[0] ?? ''));
            }
        }
    }
}
