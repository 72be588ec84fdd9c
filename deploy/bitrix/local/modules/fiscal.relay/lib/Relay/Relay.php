<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;

/**
 * Brings rows from the module's outbox to the relay's PostgreSQL.
 *
 * A row is marked after PostgreSQL has committed it, so a death in between sends it again, and its key lets it through
 * once. There is no watermark: what is not marked is sent, however late its transaction committed.
 */
final class Relay
{
    private const LOCK = 'fiscal_relay_relay';
    private const LONGEST_WAIT = 3600;

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
                $rows = $this->waiting();
                $sent += $this->send($rows);
            } while ($rows !== [] && time() < $until);
            State::set('relay_at', (string)time());
            State::set('relay_error', '');
        } catch (TargetAway $fault) {
            State::set('relay_error', $fault->getMessage());
            throw $fault;
        } finally {
            $connection->unlock(self::LOCK);
        }

        return $sent;
    }

    /** @param list<WaitingRow> $rows */
    private function send(array $rows): int
    {
        if ($rows === []) {
            return 0;
        }
        try {
            $this->target->send($rows);
        } catch (RowsRefused $refusal) {
            if (count($rows) === 1) {
                $this->postpone($rows[0], $refusal->getMessage());

                return 0;
            }
            // One bad row must harm nobody but itself: halves find it without sending the good ones singly.
            $half = intdiv(count($rows), 2);

            return $this->send(array_slice($rows, 0, $half)) + $this->send(array_slice($rows, $half));
        }
        $this->mark($rows);

        return count($rows);
    }

    /** @return list<WaitingRow> */
    private function waiting(): array
    {
        $rows = Application::getConnection()->query(
            'SELECT ID AS ID, SHOP AS SHOP, KIND AS KIND, EVENT_KEY AS EVENT_KEY, SUBJECT AS SUBJECT,'
            . ' PAYLOAD AS PAYLOAD, OCCURRED_AT AS OCCURRED_AT, ATTEMPTS AS ATTEMPTS FROM ' . Outbox::TABLE
            . ' WHERE SENT_AT IS NULL AND RETRY_AT <= ' . time()
            . ' ORDER BY ID LIMIT ' . Settings::number('batch_size', 1, 5000)
        );
        $waiting = [];
        while ($row = $rows->fetch()) {
            $waiting[] = new WaitingRow(
                (int)$row['ID'],
                (string)$row['SHOP'],
                (string)$row['KIND'],
                (string)$row['EVENT_KEY'],
                (string)$row['SUBJECT'],
                (string)$row['PAYLOAD'],
                (string)$row['OCCURRED_AT'],
                (int)$row['ATTEMPTS']
            );
        }

        return $waiting;
    }

    /** @param list<WaitingRow> $rows */
    private function mark(array $rows): void
    {
        $ids = implode(',', array_map(static fn (WaitingRow $row) => $row->id, $rows));
        Application::getConnection()->queryExecute(
            'UPDATE ' . Outbox::TABLE . ' SET SENT_AT = ' . time() . ", ERROR = NULL WHERE ID IN ($ids)"
        );
    }

    private function postpone(WaitingRow $row, string $reason): void
    {
        $connection = Application::getConnection();
        $wait = min(self::LONGEST_WAIT, 60 * 2 ** min($row->attempts, 6));
        $connection->queryExecute(
            'UPDATE ' . Outbox::TABLE . ' SET ATTEMPTS = ATTEMPTS + 1, RETRY_AT = ' . (time() + $wait)
            . ", ERROR = '" . $connection->getSqlHelper()->forSql(mb_substr($reason, 0, 450)) . "' WHERE ID = $row->id"
        );
    }
}
