<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\State;

/**
 * Brings rows from the module's outbox to the relay's PostgreSQL.
 *
 * A row is marked after PostgreSQL has committed it, so a death in between sends it again, and its key lets it through
 * once. There is no watermark: what is not marked is sent, however late its transaction committed. A row that
 * PostgreSQL will not have is set aside with a reason, and holds up nobody but later rows of its own order.
 */
final class Relay
{
    private const LOCK = 'fiscal_relay_relay';
    private const BATCH = 'relay_batch';
    /** A row alone that PostgreSQL does not get through with: it may be the row, or a bad hour of PostgreSQL. */
    private const TRIES_ALONE = 3;

    /** Why the last batch was made smaller; empty once something has passed. */
    private string $trouble = '';
    /** @var array<string, true> lanes of this batch that a row set aside holds back */
    private array $held = [];

    public function __construct(private readonly Target $target)
    {
    }

    /**
     * Sends until nothing is left or the time is over.
     *
     * @return int how many rows were handed over; 0 also while another process is at it
     * @throws TargetAway after noting it for the state page
     */
    public function run(int $seconds = 50): int
    {
        $connection = Application::getConnection();
        if (!$connection->lock(self::LOCK, 0)) {
            return 0;
        }
        $until = time() + $seconds;
        $sent = 0;
        try {
            do {
                $this->held = [];
                $rows = Backlog::next($this->batch());
                $sent += $this->sendOrLess($rows);
            } while ($rows !== [] && time() < $until);
            State::set('relay_at', (string)time());
            State::set('relay_error', $this->trouble);
        } catch (TargetAway $fault) {
            State::set('relay_error', $fault->getMessage());
            throw $fault;
        } finally {
            $connection->unlock(self::LOCK);
        }

        return $sent;
    }

    /**
     * What is too much for PostgreSQL is halved from run to run, down to one row, and grows again with success.
     *
     * @param list<WaitingRow> $rows
     * @throws TargetAway
     */
    private function sendOrLess(array $rows): int
    {
        try {
            $sent = $this->send($rows);
        } catch (TooMuch $fault) {
            $this->trouble = $fault->getMessage();
            if (count($rows) > 1) {
                State::set(self::BATCH, (string)intdiv(count($rows), 2));

                return 0;
            }
            if ($rows[0]->attempts + 1 >= self::TRIES_ALONE) {
                Backlog::setAside($rows[0], $fault->getMessage());
                $this->trouble = '';

                return 0;
            }
            Backlog::note($rows[0], $fault->getMessage());
            throw new TargetAway($fault->getMessage());
        }
        $this->trouble = $sent > 0 ? '' : $this->trouble;
        $batch = $this->batch();
        if ($sent > 0 && $batch < self::most()) {
            State::set(self::BATCH, (string)min(self::most(), 2 * $batch));
        }

        return $sent;
    }

    /**
     * @param list<WaitingRow> $rows
     * @throws TargetAway
     * @throws TooMuch after marking what went through
     */
    private function send(array $rows): int
    {
        $rows = array_values(array_filter($rows, fn (WaitingRow $row) => !isset($this->held[$row->lane()])));
        if ($rows === []) {
            return 0;
        }
        try {
            $this->target->send($rows);
        } catch (RowsRefused $refusal) {
            if (count($rows) === 1) {
                Backlog::setAside($rows[0], $refusal->getMessage());
                if ($rows[0]->lane() !== '') {
                    $this->held[$rows[0]->lane()] = true;
                }

                return 0;
            }
            // One bad row must harm nobody but itself: halves find it without sending the good ones singly.
            $half = intdiv(count($rows), 2);

            return $this->send(array_slice($rows, 0, $half)) + $this->send(array_slice($rows, $half));
        }
        Backlog::mark($rows);

        return count($rows);
    }

    /** Rows per transaction, as many as went through lately. */
    private function batch(): int
    {
        $lately = (int)State::get(self::BATCH);

        return $lately > 0 ? min($lately, self::most()) : self::most();
    }

    private static function most(): int
    {
        return Settings::number('batch_size', 1, 5000);
    }
}
