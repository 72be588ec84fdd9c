<?php

// A site as far as the module sees one: classes by name, and functions for files.

declare(strict_types=1);

require_once dirname(__DIR__, 5) . '/support/autoload.php';
