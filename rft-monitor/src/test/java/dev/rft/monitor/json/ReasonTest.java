package dev.rft.monitor.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class ReasonTest {

    @Test
    void of_whatHasButAFilesName_saysWhatIsWrongWithIt() {
        assertThat(Reason.of(new NoSuchFileException("x")))
                .isEqualTo("x: no such file or directory");
        assertThat(Reason.of(new AccessDeniedException("x"))).isEqualTo("x: permission denied");
        assertThat(Reason.of(new NotDirectoryException("x")))
                .isEqualTo("x: must be a directory, is none");
        assertThat(Reason.of(new FileAlreadyExistsException("x"))).isEqualTo("x: is there already");
        assertThat(Reason.of(new FileSystemException("x")))
                .isEqualTo("x: cannot be read or written");
        assertThat(Reason.of(new FileSystemException("x", null, "No space left on device")))
                .isEqualTo("x: No space left on device");
    }

    @Test
    void of_words_areKept_inOneLine() {
        IOException full = new IOException("disk\nfull");
        assertThat(Reason.of(full)).isEqualTo("disk full");
        assertThat(Reason.of(new UncheckedIOException(full))).isEqualTo("disk full");
        assertThat(Reason.of(new UncheckedIOException("m.json: lost", full)))
                .isEqualTo("m.json: lost");
        assertThat(Reason.of(new MalformedInputException(1)))
                .isEqualTo("must be text in UTF-8, is not");
        assertThat(Reason.of(new IllegalStateException()))
                .isEqualTo("java.lang.IllegalStateException");
    }
}
