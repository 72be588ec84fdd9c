<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

/** What PostgreSQL means by refusing a batch, by SQLSTATE. */
enum Refusal
{
    /** Its state, not our rows: everything waits and is sent again. */
    case Away;
    /** The rows: those that are at fault are set aside, and the others go on. */
    case Data;
    /** More than it can do in the time or memory it has: less at once may pass. */
    case TooMuch;

    private const TOO_MUCH = [
        '57014', // statement timeout, or cancelled by a person
        '53200', // out of memory
    ];
    /** Values, constraints, limits (a text or a list too long, nested too deep), a trigger's objection. */
    private const DATA_CLASSES = ['21', '22', '23', '44', '54', 'P0'];

    public static function of(string $sqlstate): self
    {
        return match (true) {
            in_array($sqlstate, self::TOO_MUCH, true) => self::TooMuch,
            in_array(substr($sqlstate, 0, 2), self::DATA_CLASSES, true) => self::Data,
            // Also rights, tables and functions that are not there (42): an administrator is at work.
            default => self::Away,
        };
    }

    /**
     * In words for the state page. PostgreSQL's own would quote the row.
     *
     * @param string $constraint that was violated, as far as it is known
     */
    public static function reason(string $sqlstate, string $constraint = ''): string
    {
        $words = match (true) {
            $constraint === 'outbox_payload_size' => 'the payload is larger than 16 MiB',
            $sqlstate === '22P05' => 'the payload holds a character that PostgreSQL cannot keep (U+0000)',
            $sqlstate === '22P02' => 'the payload is no JSON that PostgreSQL can read',
            $sqlstate === '22007', $sqlstate === '22008' => 'the moment of the event is none',
            $sqlstate === '23514' => 'a length or value is not allowed'
                . ($constraint === '' ? '' : " (constraint $constraint)"),
            str_starts_with($sqlstate, '22') => 'a value is not allowed',
            str_starts_with($sqlstate, '23') => 'a constraint is violated'
                . ($constraint === '' ? '' : " ($constraint)"),
            str_starts_with($sqlstate, '54') => 'a limit of PostgreSQL is exceeded: too long, or nested too deep',
            $sqlstate === '57014' => 'PostgreSQL was stopped before it was done: too slow, or cancelled',
            $sqlstate === '53200' => 'PostgreSQL has too little memory for it',
            $sqlstate === '55P03' => 'the outbox is locked by others',
            $sqlstate === '42501' => 'the login lacks a right: grant it fiscal_writer',
            $sqlstate === '42P01', $sqlstate === '3F000' => 'there is no fiscal.outbox',
            $sqlstate === '42883' => 'the installation there is older than this module: run its migrations',
            $sqlstate === '25006' => 'the server is a standby, or read only',
            str_starts_with($sqlstate, '53') => 'PostgreSQL is short of something',
            str_starts_with($sqlstate, '57P') => 'PostgreSQL is being stopped or started',
            str_starts_with($sqlstate, '28') => 'the login is refused',
            str_starts_with($sqlstate, 'P0') => 'a trigger there objects',
            default => 'PostgreSQL refuses',
        };

        return "$sqlstate $words";
    }

    public static function exception(string $sqlstate, string $constraint = ''): TargetAway|RowsRefused|TooMuch
    {
        $reason = self::reason($sqlstate, $constraint);

        return match (self::of($sqlstate)) {
            self::Away => new TargetAway($reason),
            self::Data => new RowsRefused($reason),
            self::TooMuch => new TooMuch($reason),
        };
    }
}
