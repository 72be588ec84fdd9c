<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** PostgreSQL is there and refuses what it was given: the others go on without it. */
final class RowsRefused extends \RuntimeException
{
}
