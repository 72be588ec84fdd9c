<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Retention;
use Fiscal\Relay\Setup\Properties;
use Fiscal\Relay\Sweep\Sweep;

/** Everything beside the relay that has to be done again and again: by an agent, or by cron. */
final class Upkeep
{
    /** @return array{found: int, checks: int} facts that had no row, and checks that changed */
    public static function run(): array
    {
        $done = ['found' => 0, 'checks' => 0];
        $failure = null;
        $steps = [
            'found' => static fn (): int => (new Sweep())->run(),
            'properties' => static fn (): int => Settings::isOn() ? Properties::create() : 0,
            'retention' => Retention::run(...),
            'checks' => CheckSweep::run(...),
        ];
        foreach ($steps as $name => $step) {
            // One that fails must not stop the others.
            try {
                $done[$name] = $step();
            } catch (\Throwable $fault) {
                $failure ??= $fault;
            }
        }
        if ($failure !== null) {
            throw $failure;
        }

        return array_intersect_key($done, ['found' => 1, 'checks' => 1]);
    }
}
