<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cli;

use Bitrix\Main\ModuleManager;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Backlog;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\Resend;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Relay\Targets;
use Fiscal\Relay\Setup\Change;
use Fiscal\Relay\Setup\OptionsForm;
use Fiscal\Relay\Setup\SwitchOn;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Upkeep;

/** The command line. Exit codes: 0 done, 1 failed, 64 wrong usage. */
final class Command
{
    private const USAGE = <<<'TEXT'
        fiscal-relay.php COMMAND
          install                         tables, handlers, agents, order properties
          uninstall [--keep-data] [--force] [--properties]
          set NAME VALUE [--overrule]     an option of the module
          set database_url -              the same, read from standard input: what stands on a command line, everybody
                                          on the machine can read, so a password there is refused
          get NAME
          switch-on [--since TIME] [--overrule] --yes
                                          without a time: from now on
          switch-off
          relay [--since TIME] [--refused] [--seconds N]
                                          hands events over; --since: again all that was handed over since then;
                                          --refused: those set aside too, at once
          discard KEY [--shop CODE]       gives up an event that is set aside: the rest of its order goes on
          sweep                           looks for facts without a row
          state                           JSON; exit 1 unless all is well

        TEXT;

    /** Of a URI, or of libpq's list of words. */
    private const PASSWORD = '#^\w+://[^:@/?]*:[^@]+@|password\s*=#i';

    /** @param list<string> $arguments */
    public function run(array $arguments): int
    {
        $command = array_shift($arguments) ?? '';
        try {
            return match ($command) {
                'install' => $this->install(),
                'uninstall' => $this->uninstall($arguments),
                'set', 'get' => $this->option($command, $arguments),
                'switch-on' => $this->switchOn($arguments),
                'switch-off' => $this->switchOff(),
                'relay' => $this->relay($arguments),
                'discard' => $this->discard($arguments),
                'sweep' => $this->sweep(),
                'state' => $this->state(),
                default => $this->usage(),
            };
        } catch (TargetAway $fault) {
            return $this->fail($fault->getMessage());
        } catch (\Throwable $fault) {
            Module::report($fault);

            return $this->fail(FaultName::of($fault));
        }
    }

    private function install(): int
    {
        $module = $this->module();
        $fault = $module->unfit();
        if ($fault !== null) {
            return $this->fail($fault);
        }
        $module->InstallDB();
        $module->InstallEvents();
        $module->InstallFiles();

        return $this->say('installed; not switched on');
    }

    private function uninstall(array $arguments): int
    {
        $has = static fn (string $flag): bool => in_array($flag, $arguments, true);
        $fault = $this->module()->uninstall($has('--keep-data'), $has('--force'), $has('--properties'));

        return $fault === null ? $this->say('removed') : $this->fail($fault);
    }

    private function option(string $command, array $arguments): int
    {
        $overrule = array_slice($arguments, 2) === ['--overrule'];
        $arguments = $overrule ? array_slice($arguments, 0, 2) : $arguments;
        $name = $arguments[0] ?? '';
        $isKnown = isset(Settings::defaults()[$name]) || str_starts_with($name, 'shop_');
        $isOwn = in_array($name, Settings::OWN, true);
        if (!$isKnown || count($arguments) !== ($command === 'set' ? 2 : 1) || ($command === 'set' && $isOwn)) {
            return $this->usage();
        }
        if ($command === 'set') {
            return $name === 'database_url'
                ? $this->setDatabaseUrl(trim($arguments[1]))
                : $this->set($name, trim($arguments[1]), $overrule);
        }

        return $this->say($name === 'database_url' && Settings::get($name) !== '' ? '(set)' : Settings::get($name));
    }

    private function setDatabaseUrl(string $value): int
    {
        if (preg_match(self::PASSWORD, $value) === 1) {
            return $this->fail('database_url: holds a password, which everybody on this machine can read on a command'
                . ' line. Nothing was stored; give it by standard input (set database_url - < FILE), or name a file'
                . ' that holds it (set database_url_file FILE)');
        }
        if ($value === '-') {
            $value = trim((string)stream_get_contents(STDIN));
            if ($value === '') {
                return $this->fail('database_url: nothing came by standard input');
            }
        }

        return $this->set('database_url', $value, false);
    }

    private function set(string $name, string $value, bool $overrule): int
    {
        $allowed = OptionsForm::fault($name, $value);
        if ($allowed !== null) {
            return $this->fail("$name: $allowed");
        }
        $obstacles = Change::store([$name => $value], $overrule);

        return $obstacles === [] ? 0 : $this->fail(implode("\n", $obstacles));
    }

    private function switchOn(array $arguments): int
    {
        $since = in_array('--since', $arguments, true)
            ? strtotime((string)$this->value($arguments, '--since'))
            : SwitchOn::proposed();
        if ($since === false) {
            return $this->usage();
        }
        if (!in_array('--yes', $arguments, true)) {
            return $this->fail('payments from ' . date(DATE_ATOM, $since) . ' on will be receipted: say --yes');
        }
        $obstacles = SwitchOn::on($since, in_array('--overrule', $arguments, true));

        return $obstacles === []
            ? $this->say('switched on for everything since ' . date(DATE_ATOM, $since))
            : $this->fail(implode("\n", $obstacles));
    }

    private function switchOff(): int
    {
        SwitchOn::off();

        return $this->say('switched off');
    }

    private function relay(array $arguments): int
    {
        $text = $this->value($arguments, '--since');
        if ($text !== null) {
            $since = strtotime($text);
            if ($since === false) {
                return $this->usage();
            }
            $again = Resend::since($since);
            fwrite(STDERR, "$again[rows] to be sent again, $again[emptied] too old to be\n");
        }
        if (in_array('--refused', $arguments, true)) {
            fwrite(STDERR, Resend::refused() . " set aside, tried again\n");
        }
        $sent = (new Relay(Targets::current()))->run((int)($this->value($arguments, '--seconds') ?? 50));

        return $this->say("$sent handed over");
    }

    private function discard(array $arguments): int
    {
        $key = $arguments[0] ?? '';
        $shop = in_array('--shop', $arguments, true) ? $this->value($arguments, '--shop') : Settings::shop();
        if ($key === '' || $shop === null) {
            return $this->usage();
        }

        return Backlog::discard($shop, $key)
            ? $this->say('given up: its receipt has to come from elsewhere')
            : $this->fail("no event $key of shop $shop is set aside");
    }

    private function sweep(): int
    {
        ['found' => $found, 'checks' => $checks] = Upkeep::run();

        return $this->say("$found found, $checks checks");
    }

    private function state(): int
    {
        if (!ModuleManager::isModuleInstalled(Module::ID)) {
            return $this->fail('the module is not installed');
        }
        $report = Report::make();
        $this->say(json_encode($report, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));

        return $report['healthy'] ? 0 : 1;
    }

    private function module(): \fiscal_relay
    {
        require_once dirname(__DIR__, 2) . '/install/index.php';

        return new \fiscal_relay();
    }

    private function value(array $arguments, string $name): ?string
    {
        $place = array_search($name, $arguments, true);

        return $place === false ? null : ($arguments[$place + 1] ?? null);
    }

    private function usage(): int
    {
        fwrite(STDERR, self::USAGE);

        return 64;
    }

    private function say(string $text): int
    {
        fwrite(STDOUT, $text . "\n");

        return 0;
    }

    private function fail(string $text): int
    {
        fwrite(STDERR, $text . "\n");

        return 1;
    }
}
