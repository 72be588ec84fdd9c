<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** PostgreSQL is there and did not get through with what it was given: less at once may pass. */
final class TooMuch extends \RuntimeException
{
}
