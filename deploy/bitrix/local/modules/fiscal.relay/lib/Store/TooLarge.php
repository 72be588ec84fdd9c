<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

/** A statement longer than the shop's database takes: sent, it would end the connection that the shop itself needs. */
final class TooLarge extends \RuntimeException
{
    public function __construct(int $bytes, int $most)
    {
        parent::__construct("an event of $bytes bytes, and max_allowed_packet of the shop's database is $most");
    }
}
