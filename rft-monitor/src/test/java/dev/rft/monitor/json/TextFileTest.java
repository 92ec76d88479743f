package dev.rft.monitor.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {

    @TempDir Path dir = Path.of("");

    @Test
    void read_text_isWhole() throws IOException {
        Path file = Files.writeString(dir.resolve("a b"), "\uFEFF{\"\u00fc\": 1}\n");

        assertThat(TextFile.read(file)).isEqualTo("{\"\u00fc\": 1}\n");
    }

    @Test
    void read_missing_saysSo() {
        Path file = dir.resolve("no.json");

        assertThatThrownBy(() -> TextFile.read(file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(file + ": no such file");
    }

    @Test
    void read_directory_saysSo() {
        assertThatThrownBy(() -> TextFile.read(dir))
                .isInstanceOf(IOException.class)
                .hasMessage(dir + ": must be a file, is a directory");
    }

    @Test
    void read_binary_saysSo() throws IOException {
        Path file = Files.write(dir.resolve("b"), new byte[] {'{', (byte) 0xFF, '}'});

        assertThatThrownBy(() -> TextFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": must be text in UTF-8, is not");
    }

    @Test
    void read_tooLarge_saysSo() throws IOException {
        Path file = dir.resolve("large");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength((16 << 20) + 1);
        }

        assertThatThrownBy(() -> TextFile.read(file))
                .hasMessage(file + ": must be at most 16777216 bytes");
    }

    @Test
    void unreadable_keepsWhatTheSystemSaid() {
        Path file = dir.resolve("x");

        assertThat(TextFile.unreadable(file, new AccessDeniedException("x")))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage(file + ": must be readable, is not");
        assertThat(TextFile.unreadable(file, new IOException("Stale file handle")))
                .hasMessage(file + ": cannot be read: Stale file handle");
    }
}
