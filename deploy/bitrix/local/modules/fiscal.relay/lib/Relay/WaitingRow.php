<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** A row of the module's outbox on its way. */
final class WaitingRow
{
    public function __construct(
        public readonly int $id,
        public readonly string $shop,
        public readonly string $kind,
        public readonly string $eventKey,
        public readonly string $subject,
        public readonly string $payload,
        public readonly string $occurredAt,
        public readonly int $attempts,
    ) {
    }

    /** What holds later rows back while this one is set aside: they are of the same order. Empty: nothing does. */
    public function lane(): string
    {
        return $this->subject === '' ? '' : "$this->shop\n$this->subject";
    }

    /** @return list<string> in the order of InsertStatement::one() */
    public function values(): array
    {
        return [$this->shop, $this->kind, $this->eventKey, $this->subject, $this->payload, $this->occurredAt];
    }

    /** @throws RowsRefused for a payload that is no JSON, which would spoil those beside it */
    public function json(): string
    {
        if (json_decode($this->payload) === null) {
            throw new RowsRefused('the payload is no JSON');
        }
        $head = json_encode([
            'shop' => $this->shop, 'kind' => $this->kind, 'event_key' => $this->eventKey,
            'subject' => $this->subject, 'occurred_at' => $this->occurredAt,
        ], JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);

        return substr($head, 0, -1) . ',"payload":' . $this->payload . '}';
    }

    /** @param list<self> $rows */
    public static function list(array $rows): string
    {
        return '[' . implode(',', array_map(static fn (self $row) => $row->json(), $rows)) . ']';
    }
}
