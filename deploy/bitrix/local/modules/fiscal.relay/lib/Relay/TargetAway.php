<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** The relay's PostgreSQL cannot be reached, or does not let us in: everything waits. */
final class TargetAway extends \RuntimeException
{
}
