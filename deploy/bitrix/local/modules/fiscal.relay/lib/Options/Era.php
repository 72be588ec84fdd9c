<?php

declare(strict_types=1);

namespace Fiscal\Relay\Options;

/**
 * Which moments of the shop are ours, and by which way in.
 *
 * Moments are texts like "2026-11-21 12:00:00", as the shop's tables hold them: without a zone. So they are compared as
 * they are written, and neither a new time zone of the shop nor another one of cron moves a payment across the
 * switch-on.
 */
final class Era
{
    private const FORMAT = 'Y-m-d H:i:s';
    private const MOST_CHANGES = 20;

    /** @param list<array{0: string, 1: string}> $changes up to this moment, this way; ascending */
    public function __construct(
        private readonly string $since,
        private readonly string $way,
        private readonly array $changes = [],
    ) {
    }

    public static function current(): self
    {
        $changes = [];
        foreach (Settings::list('way_changes') as $change) {
            $changes[] = [substr($change, 0, 19), substr($change, 20)];
        }
        $since = Settings::get('switched_on_local');

        return new self($since !== '' ? $since : self::local(Settings::switchedOnAt()), Settings::get('way'), $changes);
    }

    /** @param int $seconds since 1970 */
    public static function local(int $seconds): string
    {
        return date(self::FORMAT, $seconds);
    }

    /** The moment of the switch-on: nothing earlier is our business. */
    public function since(): string
    {
        return $this->since;
    }

    /** Whether what happened then is to be recorded as an event of the order. */
    public function takesEvents(string $moment): bool
    {
        return $this->wayAt($moment) === Settings::WAY_EVENTS;
    }

    /** Whether a check that was begun then is to be printed by our register. */
    public function takesChecks(string $moment): bool
    {
        return $this->wayAt($moment) === Settings::WAY_CASHBOX;
    }

    /** Whether a sweep that comes by now may find events: also for some days after the way has changed. */
    public function mayHoldEvents(string $now): bool
    {
        if ($this->way === Settings::WAY_EVENTS) {
            return true;
        }
        $weekAgo = self::local((int)strtotime("$now -7 days"));
        foreach ($this->changes as [$until, $way]) {
            if ($way === Settings::WAY_EVENTS && $until > $weekAgo) {
                return true;
            }
        }

        return false;
    }

    /**
     * The option way_changes after one more change.
     *
     * @param string $way that holds until this moment
     */
    public function changed(string $way, string $moment): string
    {
        $changes = array_slice([...$this->changes, [$moment, $way]], -self::MOST_CHANGES);

        return implode(',', array_map(static fn (array $change) => "$change[0] $change[1]", $changes));
    }

    private function wayAt(string $moment): ?string
    {
        if ($moment < $this->since) {
            return null;
        }
        foreach ($this->changes as [$until, $way]) {
            if ($moment < $until) {
                return $way;
            }
        }

        return $this->way;
    }
}
