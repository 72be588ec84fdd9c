<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/**
 * Somebody else's transaction in the shop's MariaDB that ends in a true deadlock with ours: it holds the key that we
 * are to write, and wants what we hold once we wait for it. It is the heavier one, so InnoDB rolls back ours.
 */
final class Rival
{
    private const WEIGHT = 500;
    private const PATIENCE_SECONDS = 40;
    /** InnoDB shows a reader the same picture again that comes back within a tenth of a second. */
    private const PAUSE_SECONDS = 0.15;

    private function __construct(private readonly \mysqli $connection)
    {
    }

    /** Wants the row that our statement is about to insert: nothing but that statement is lost. */
    public static function ofOurStatement(string $key): self
    {
        $rival = self::holding($key);
        $last = (int)$rival->connection->insert_id;
        $rival->waitAndDo("SELECT COUNT(*) INTO @n FROM fiscal_relay_outbox WHERE ID > $last FOR UPDATE");

        return $rival;
    }

    /** Wants an order that our open transaction has changed: that transaction is lost. */
    public static function ofOurTransaction(string $key, int $order): self
    {
        $rival = self::holding($key);
        $rival->waitAndDo("UPDATE b_sale_order SET VERSION = VERSION + 1 WHERE ID = $order");

        return $rival;
    }

    /** Its transaction is over, and nothing of it is left. */
    public function finish(): void
    {
        [$read, $errors, $rejected] = [[$this->connection], [], []];
        if (mysqli_poll($read, $errors, $rejected, self::PATIENCE_SECONDS) !== 1) {
            throw new Failure('the rival for a key has not ended');
        }
        if ($this->connection->reap_async_query() === false) {
            throw new Failure("the rival for a key failed: {$this->connection->error}");
        }
        $this->connection->close();
    }

    private static function holding(string $key): self
    {
        $connection = new \mysqli('localhost', 'root', '', 'shop', 0, (string)getenv('FISCAL_TEST_MYSQL'));
        $connection->query('START TRANSACTION');
        foreach ([array_map(static fn (int $i) => "filler:$i", range(1, self::WEIGHT)), [$key]] as $keys) {
            $rows = array_map(static fn (string $one) => "('main', 'x', '$one', '', '', '', 'x', '', 0)", $keys);
            $connection->query('INSERT INTO fiscal_relay_outbox (SHOP, KIND, EVENT_KEY, SUBJECT, PAYLOAD, OCCURRED_AT,'
                . ' SOURCE, DIGEST, CREATED_AT) VALUES ' . implode(', ', $rows))
                || throw new Failure("the rival cannot take the key: $connection->error");
        }

        return new self($connection);
    }

    private function waitAndDo(string $statement): void
    {
        [$pause, $tries] = [self::PAUSE_SECONDS, (int)(self::PATIENCE_SECONDS / self::PAUSE_SECONDS)];
        $this->connection->query(
            "BEGIN NOT ATOMIC DECLARE tries INT DEFAULT 0;
            WHILE (SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT') = 0 DO
                SET tries = tries + 1;
                IF tries > $tries THEN
                    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nobody waits for the key';
                END IF;
                DO SLEEP($pause);
            END WHILE;
            $statement;
            ROLLBACK;
            END",
            MYSQLI_ASYNC
        );
    }
}
