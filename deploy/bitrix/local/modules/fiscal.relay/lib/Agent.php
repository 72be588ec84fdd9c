<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Relay\Targets;

/** Agents of Bitrix. One that throws is locked for minutes, and one that returns nothing is deleted. */
final class Agent
{
    private const SECONDS = 20;

    public static function relay(): string
    {
        self::later(static fn () => Settings::isOn() ? (new Relay(Targets::current()))->run(self::SECONDS) : 0);

        return '\\' . self::class . '::relay();';
    }

    public static function sweep(): string
    {
        self::later(Upkeep::run(...));

        return '\\' . self::class . '::sweep();';
    }

    /** Where agents run on visitors' hits, the visitor has the page before we begin. */
    private static function later(callable $work): void
    {
        $guarded = static function () use ($work): void {
            try {
                $work();
            } catch (TargetAway) {
                // The state page shows it; the log would repeat it every minute.
            } catch (\Throwable $fault) {
                Module::report($fault);
            }
        };
        if (PHP_SAPI === 'cli') {
            $guarded();
        } else {
            Application::getInstance()->addBackgroundJob($guarded);
        }
    }
}
