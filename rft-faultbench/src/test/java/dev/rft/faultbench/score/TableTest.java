package dev.rft.faultbench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void markdown_isAligned_andEscapesBars() {
        Table table =
                new Table(
                        "Alarms",
                        "A note.",
                        List.of("rule", "n"),
                        List.of(List.of("|z| > 6", "12")));

        assertThat(table.markdown())
                .containsExactly(
                        "## Alarms",
                        "",
                        "| rule      | n  |",
                        "|-----------|----|",
                        "| \\|z\\| > 6 | 12 |",
                        "",
                        "A note.");
    }

    @Test
    void new_rowOfAnotherLength_isRefused() {
        assertThatThrownBy(() -> new Table("T", "", List.of("a", "b"), List.of(List.of("1"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 cells");
    }
}
