<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Fiscal\Relay\Text\Json;

/** Something that happened in the shop: a row of the outbox before it is written. */
final class Fact
{
    /**
     * @param string $kind of fiscal.outbox; empty: nobody is told, only the state is remembered
     * @param string $name begins the key, e.g. "payment:5:paid"
     * @param ?string $entity payment, shipment or order; null: the name alone is the key
     * @param ?string $state the entity's state from this fact on: a repeat of the present one is no fact
     * @param int $occurredAt seconds since 1970
     * @param ?int $checkId of Bitrix, where the fact is that it prints
     */
    private function __construct(
        public readonly string $shop,
        public readonly string $kind,
        public readonly string $name,
        public readonly string $subject,
        public readonly string $payload,
        public readonly int $occurredAt,
        public readonly ?string $entity,
        public readonly ?int $entityId,
        public readonly ?string $state,
        public readonly ?int $checkId = null,
    ) {
        foreach ([[$shop, 100, 'shop'], [$name, 260, 'key'], [$subject, 200, 'subject']] as [$text, $most, $what]) {
            // MySQL cuts a text at what its character set cannot hold, and keys that differ would become one.
            if (mb_strlen($text) > $most || !preg_match('/^[^\x00-\x1f\x7f\x{10000}-\x{10FFFF}]*+$/Du', $text)) {
                throw new \InvalidArgumentException(
                    "the $what is longer than $most characters, or holds others than plain letters, digits and signs"
                );
            }
        }
        if ($shop === '' || $name === '') {
            throw new \InvalidArgumentException('a fact needs a shop and a key');
        }
    }

    /** A change of an entity's state: payment paid and un-paid, shipment deducted and undone, order cancelled. */
    public static function ofEntity(
        string $shop,
        string $kind,
        string $entity,
        int $id,
        string $change,
        string $state,
        string $subject,
        array $payload,
        int $occurredAt,
    ): self {
        $name = "$entity:$id:$change";

        return new self($shop, $kind, $name, $subject, Json::encode($payload), $occurredAt, $entity, $id, $state);
    }

    /**
     * A fact that the shop has named itself: a refund, a transaction at a till, a check.
     *
     * @param ?int $checkId of a check: its number in Bitrix
     */
    public static function named(
        string $shop,
        string $kind,
        string $key,
        string $subject,
        array $payload,
        int $occurredAt,
        ?int $checkId = null,
    ): self {
        return new self($shop, $kind, $key, $subject, Json::encode($payload), $occurredAt, null, null, null, $checkId);
    }

    /**
     * The event's key. The number of the change tells paid from paid again; the moment tells it from another payment
     * that got the same id after the shop's database was restored.
     */
    public function key(?int $sequence): string
    {
        return $sequence === null ? $this->name : "$this->name:$sequence:$this->occurredAt";
    }
}
