<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Fiscal\Relay\Store\State;

/**
 * Where a walk has come to: a moment and an id, or an id alone. Kept after each page, so that a walk goes on where it
 * was, whoever died; it begins anew at its floor, never before it.
 */
final class Cursor
{
    private function __construct(
        private readonly string $name,
        public readonly string $moment,
        public readonly int $id,
    ) {
    }

    /** By moment and id, from the switch-on. */
    public static function ofMoments(string $name, string $floor): self
    {
        [$moment, $id] = explode('|', (State::get($name) ?? '') . '|');

        return $moment < $floor ? new self($name, $floor, 0) : new self($name, $moment, (int)$id);
    }

    /** By primary key, above the floor. */
    public static function ofIds(string $name, int $floor): self
    {
        return new self($name, '', max($floor, (int)State::get($name)));
    }

    /**
     * @param list<array<string, mixed>> $rows the page; empty: at the end
     * @param ?string $column that holds the moment
     */
    public function keep(array $rows, ?string $column = null): void
    {
        $last = end($rows);
        $id = $last === false ? '' : (string)$last['ID'];
        State::set($this->name, $last === false || $column === null ? $id : $last[$column] . '|' . $id);
    }
}
