<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/** As much of draft 2020-12 as the schemas of the payloads use; a word it does not know is an error. */
final class JsonSchema
{
    private const IGNORED = ['$schema', '$id', '$defs', 'title', 'description', 'default', 'examples', 'format',
        'contentEncoding'];

    private function __construct(private readonly array $root)
    {
    }

    /** @return list<string> what an event's payload breaks of its kind's schema; nothing for a kind that has none */
    public static function eventFaults(array $event): array
    {
        $file = dirname(__DIR__, 4) . "/Sources/Relay/Schemas/$event[kind].json";

        return is_file($file) ? self::faults($file, json_encode($event['payload'])) : [];
    }

    /** @return list<string> faults */
    public static function faults(string $file, string $json): array
    {
        $schema = json_decode((string)file_get_contents($file), true, 512, JSON_THROW_ON_ERROR);

        return (new self($schema))->check($schema, json_decode($json), '$');
    }

    private function check(array $schema, mixed $value, string $at): array
    {
        $faults = [];
        foreach ($schema as $word => $rule) {
            $wrong = match ($word) {
                '$ref' => $this->check($this->root['$defs'][basename($rule)], $value, $at),
                'type' => $this->hasType((array)$rule, $value) ? [] : ["$at: type"],
                'const' => $value === $rule ? [] : ["$at: const"],
                'enum' => in_array($value, $rule, true) ? [] : ["$at: enum"],
                'pattern' => !is_string($value) || preg_match("~$rule~u", $value) ? [] : ["$at: pattern $value"],
                'minLength' => !is_string($value) || mb_strlen($value) >= $rule ? [] : ["$at: too short"],
                'maxLength' => !is_string($value) || mb_strlen($value) <= $rule ? [] : ["$at: too long"],
                'minItems' => !is_array($value) || count($value) >= $rule ? [] : ["$at: too few"],
                'maxItems' => !is_array($value) || count($value) <= $rule ? [] : ["$at: too many"],
                'required' => $this->required($rule, $value, $at),
                'properties' => $this->properties($rule, $value, $at),
                'items' => is_array($value) ? array_merge([], ...array_map(
                    fn (mixed $item, int $place) => $this->check($rule, $item, "{$at}[$place]"),
                    $value,
                    array_keys($value)
                )) : [],
                'anyOf' => $this->anyOf($rule, $value, $at),
                default => in_array($word, self::IGNORED, true) ? [] : ["$at: unknown word $word"],
            };
            $faults = array_merge($faults, $wrong);
        }

        return $faults;
    }

    private function hasType(array $types, mixed $value): bool
    {
        $type = match (true) {
            $value instanceof \stdClass => 'object', is_array($value) => 'array', is_string($value) => 'string',
            is_int($value) => 'integer', is_float($value) => 'number', is_bool($value) => 'boolean', default => 'null',
        };

        return in_array($type, $types, true) || ($type === 'integer' && in_array('number', $types, true));
    }

    private function required(array $names, mixed $value, string $at): array
    {
        $missing = array_filter($names, static fn (string $name) => !property_exists($value, $name));

        return array_map(static fn (string $name) => "$at: $name is missing", array_values($missing));
    }

    private function properties(array $rules, mixed $value, string $at): array
    {
        $faults = [];
        foreach ($rules as $name => $rule) {
            if ($value instanceof \stdClass && property_exists($value, $name)) {
                $faults = array_merge($faults, $this->check($rule, $value->$name, "$at.$name"));
            }
        }

        return $faults;
    }

    private function anyOf(array $rules, mixed $value, string $at): array
    {
        foreach ($rules as $rule) {
            if ($this->check($rule, $value, $at) === []) {
                return [];
            }
        }

        return ["$at: none of anyOf"];
    }
}
