<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** Where events go: fiscal.outbox of a PostgreSQL. */
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
}
