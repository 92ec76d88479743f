package dev.rft.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CharTokenizerTest {

    private final Tokenizer tokenizer = new CharTokenizer("ab+");

    @Test
    void encode_ofText_numbersTheCharactersAfterTheSpecialTokens() {
        assertThat(tokenizer.encode("b+a")).containsExactly(3, 4, 2);
        assertThat(tokenizer.vocabulary()).isEqualTo(5);
        assertThat(tokenizer.padding()).isZero();
        assertThat(tokenizer.endOfSequence()).isEqualTo(1);
    }

    @Property(tries = 50)
    void decode_ofEncodedText_isTheText(@ForAll("texts") String text) {
        Tokenizer letters = new CharTokenizer("0123456789+=");

        assertThat(letters.decode(letters.encode(text))).isEqualTo(text);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("0123456789+=").ofMaxLength(20);
    }

    @Test
    void decode_ofSpecialTokens_leavesThemOut() {
        assertThat(tokenizer.decode(new int[] {0, 2, 1, 3, 0})).isEqualTo("ab");
    }

    @Test
    void decode_ofATokenOutsideTheVocabulary_isRefusedByName() {
        assertThatThrownBy(() -> tokenizer.decode(new int[] {2, 5}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token: must be in [0, 5), was 5");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token: must be in [0, 5), was -1");
    }

    @Test
    void encode_ofAForeignCharacter_namesIt() {
        assertThatThrownBy(() -> tokenizer.encode("ax"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds 'x'");
    }

    @Test
    void constructor_withABadAlphabet_isRefused() {
        assertThatThrownBy(() -> new CharTokenizer(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not be empty");
        assertThatThrownBy(() -> new CharTokenizer("aba"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("repeats 'a'");
    }
}
