package io.fleetfit.deploy.demo;

import java.util.List;

/**
 * One emulated device: an agent of this machine that declares the capabilities of a board instead of reading them off.
 *
 * @param id device id
 * @param title what it stands for
 * @param declared the configuration's lines below {@code declared:}
 * @param quota bytes that its models may take on disk
 * @param metered whether its link costs by the byte
 */
record DemoDevice(String id, String title, List<String> declared, long quota, boolean metered) {
    static final List<DemoDevice> ALL = List.of(
            new DemoDevice(
                    "raspberry-pi",
                    "Raspberry Pi 4, 2 GB, with 450 kB of storage left for models",
                    List.of(
                            "arch: aarch64",
                            "os: Debian GNU/Linux 12 (declared)",
                            "device-tree-model: Raspberry Pi 4 Model B Rev 1.4",
                            "cpu-implementer: '0x41'",
                            "cpu-part: '0xd08'",
                            "cores: 4",
                            "isa-features: [fp, asimd, crc32]",
                            "memory-bytes: 1950000000"),
                    450_000,
                    false),
            new DemoDevice(
                    "jetson",
                    "Jetson Orin Nano, 8 GB",
                    List.of(
                            "arch: aarch64",
                            "os: Ubuntu 22.04 (declared)",
                            "device-tree-model: NVIDIA Jetson Orin Nano Developer Kit",
                            "cpu-implementer: '0x41'",
                            "cpu-part: '0xd42'",
                            "cores: 6",
                            "isa-features: [fp, asimd, crc32, asimddp, fphp, asimdhp]",
                            "memory-bytes: 7800000000",
                            "accelerators: [cuda]"),
                    2_000_000_000,
                    false),
            new DemoDevice(
                    "phone",
                    "mid-range phone on a metered link",
                    List.of(
                            "arch: aarch64",
                            "os: Android 14 (declared)",
                            "device-tree-model: phone-mid",
                            "cpu-implementer: '0x41'",
                            "cpu-part: '0xd41'",
                            "cores: 8",
                            "isa-features: [fp, asimd, crc32, asimddp, fphp, asimdhp]",
                            "memory-bytes: 5900000000"),
                    500_000_000,
                    true));
}
