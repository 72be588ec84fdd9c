package import Postgres

/// The migrations that this release brings along, so that one binary is all an installation needs.
///
/// They are the files of the repository's `migrations`, in order; a test compares the two.
package enum RelayMigrations {
    package static let all: [Migration] = [
        migration(1, "roles", PackageResources._001_roles_sql),
        migration(2, "outbox", PackageResources._002_outbox_sql),
        migration(3, "job", PackageResources._003_job_sql),
        migration(4, "history", PackageResources._004_history_sql),
        migration(5, "fleet", PackageResources._005_fleet_sql),
        migration(6, "claim", PackageResources._006_claim_sql),
        migration(7, "finish", PackageResources._007_finish_sql),
        migration(8, "lease", PackageResources._008_lease_sql),
        migration(9, "administration", PackageResources._009_administration_sql),
        migration(10, "receipt", PackageResources._010_receipt_sql),
        migration(11, "check", PackageResources._011_check_sql),
        migration(12, "portal", PackageResources._012_portal_sql),
        migration(13, "stock", PackageResources._013_stock_sql),
        migration(14, "recovery", PackageResources._014_recovery_sql),
        migration(15, "stretch", PackageResources._015_stretch_sql),
        migration(16, "callback", PackageResources._016_callback_sql),
        migration(17, "outbox_occurred", PackageResources._017_outbox_occurred_sql),
        migration(18, "payload_size", PackageResources._018_payload_size_sql),
        migration(19, "upkeep", PackageResources._019_upkeep_sql),
        migration(20, "stock_moving", PackageResources._020_stock_moving_sql),
        migration(21, "stock_portal", PackageResources._021_stock_portal_sql),
        migration(22, "import", PackageResources._022_import_sql),
        migration(23, "early_refund", PackageResources._023_early_refund_sql),
        migration(24, "report", PackageResources._024_report_sql),
        migration(25, "job_deadline", PackageResources._025_job_deadline_sql),
        migration(26, "job_rules", PackageResources._026_job_rules_sql),
        migration(27, "hand_back", PackageResources._027_hand_back_sql),
        migration(28, "alarm", PackageResources._028_alarm_sql),
        migration(29, "writeback_trouble", PackageResources._029_writeback_trouble_sql),
        migration(30, "stock_return", PackageResources._030_stock_return_sql),
        migration(31, "stock_returning", PackageResources._031_stock_returning_sql),
        migration(32, "grave", PackageResources._032_grave_sql),
        migration(33, "doubt_called", PackageResources._033_doubt_called_sql),
        migration(34, "partition", PackageResources._034_partition_sql),
        migration(35, "payload_text", PackageResources._035_payload_text_sql),
        migration(
            36, "rest", PackageResources._036_rest_sql,
            reworded: ["5cd79761552c074ae8be371d3fd66df5ec084cde69c141f47b92cb75036b9377"]),
        migration(37, "shipment_sweep", PackageResources._037_shipment_sweep_sql),
        migration(38, "payment_heard", PackageResources._038_payment_heard_sql),
        migration(39, "survey_besides", PackageResources._039_survey_besides_sql),
        migration(40, "no_jit", PackageResources._040_no_jit_sql),
        migration(41, "heard_beside", PackageResources._041_heard_beside_sql),
        migration(42, "rest_since", PackageResources._042_rest_since_sql),
        migration(43, "spawn_level", PackageResources._043_spawn_level_sql),
        migration(44, "partition_overdue", PackageResources._044_partition_overdue_sql),
        migration(45, "pause_kept", PackageResources._045_pause_kept_sql),
        migration(46, "firing_order", PackageResources._046_firing_order_sql),
        migration(47, "heard_order", PackageResources._047_heard_order_sql),
        migration(48, "printed_late", PackageResources._048_printed_late_sql),
    ]

    private static func migration(
        _ number: Int, _ name: String, _ bytes: [UInt8], reworded: Set<String> = []
    ) -> Migration {
        Migration(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self), reworded: reworded)
    }
}
