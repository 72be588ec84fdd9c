<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** Where events go, and where one asks what became of checks: fiscal.outbox of a PostgreSQL. */
interface Target
{
    /**
     * Hands over events, all or none. One that is there already counts as handed over.
     *
     * @param list<WaitingRow> $rows
     * @throws TargetAway nothing can be handed over now
     * @throws RowsRefused PostgreSQL will not have these rows
     * @throws TooMuch it did not get through with so many, or with so much
     */
    public function send(array $rows): void;

    /**
     * What became of checks, by the keys of their events, at most 1000. One that is not known there is missing.
     *
     * @param list<string> $keys
     * @return list<array<string, ?string>> event_key, state (fiscalised, refused, waiting), fn, fd, fpd, closed_at in
     *   seconds since 1970, reason
     * @throws TargetAway nobody can be asked now, or the installation there has no such function
     * @throws TooMuch it did not get through with so many
     */
    public function results(string $shop, array $keys): array;
}
