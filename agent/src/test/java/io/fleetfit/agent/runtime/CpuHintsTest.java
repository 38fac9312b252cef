package io.fleetfit.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuHintsTest {
    @Test
    void productsSaturateBeforeTheInstructionsThatSumIn32Bits() {
        assertThat(CpuHints.saturates("processor : 0\nflags\t\t: fpu sse4_2 avx2 fma\n"))
                .isTrue();
        assertThat(CpuHints.saturates("flags\t\t: fpu avx2 avx512f avx512_vnni\n"))
                .isFalse();
        assertThat(CpuHints.saturates("flags\t\t: fpu avx2 avx_vnni\n")).isFalse();
        assertThat(CpuHints.saturates("Features : fp asimd asimddp\n")).isFalse();
    }
}
