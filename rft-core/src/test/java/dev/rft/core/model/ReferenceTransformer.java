package dev.rft.core.model;

import java.util.Map;

/**
 * The transformer's mathematics once more, on the host in double precision, one sequence without
 * padding at a time.
 */
final class ReferenceTransformer {

    private final TransformerConfig config;
    private final Map<String, float[]> weights;

    ReferenceTransformer(TransformerConfig config, Map<String, float[]> weights) {
        this.config = config;
        this.weights = weights;
    }

    /** Returns the logits at each token. */
    double[][] logits(long[] tokens) {
        int hidden = config.hidden();
        double[][] states = new double[tokens.length][hidden];
        for (int t = 0; t < tokens.length; t++) {
            for (int i = 0; i < hidden; i++) {
                states[t][i] = weight("model.embed_tokens")[(int) tokens[t] * hidden + i];
            }
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            attend(states, prefix);
            for (double[] state : states) {
                double[] normed = norm(state, prefix + "post_attention_layernorm");
                double[] gate = product(prefix + "mlp.gate_proj", normed);
                double[] inner = product(prefix + "mlp.up_proj", normed);
                for (int i = 0; i < inner.length; i++) {
                    inner[i] *= gate[i] / (1 + Math.exp(-gate[i]));
                }
                add(state, product(prefix + "mlp.down_proj", inner));
            }
        }
        double[][] logits = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            logits[t] = product("lm_head", norm(states[t], "model.norm"));
        }
        return logits;
    }

    private void attend(double[][] states, String prefix) {
        int width = config.headWidth();
        double[][] queries = new double[states.length][];
        double[][] keys = new double[states.length][];
        double[][] values = new double[states.length][];
        for (int t = 0; t < states.length; t++) {
            double[] normed = norm(states[t], prefix + "input_layernorm");
            queries[t] = rotate(product(prefix + "self_attn.q_proj", normed), t);
            keys[t] = rotate(product(prefix + "self_attn.k_proj", normed), t);
            values[t] = product(prefix + "self_attn.v_proj", normed);
        }
        int group = config.heads() / config.keyValueHeads();
        for (int t = 0; t < states.length; t++) {
            double[] mixed = new double[config.hidden()];
            for (int head = 0; head < config.heads(); head++) {
                int shared = head / group * width;
                double[] weight = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int i = 0; i < width; i++) {
                        score += queries[t][head * width + i] * keys[s][shared + i];
                    }
                    weight[s] = Math.exp(score / Math.sqrt(width));
                    total += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < width; i++) {
                        mixed[head * width + i] += weight[s] / total * values[s][shared + i];
                    }
                }
            }
            add(states[t], product(prefix + "self_attn.o_proj", mixed));
        }
    }

    /** Turns each pair (i, i + width / 2) of each head by position * theta^(-2 i / width). */
    private double[] rotate(double[] heads, int position) {
        int width = config.headWidth();
        int half = width / 2;
        double[] turned = new double[heads.length];
        for (int start = 0; start < heads.length; start += width) {
            for (int i = 0; i < half; i++) {
                double angle = position * Math.pow(config.ropeTheta(), -2.0 * i / width);
                double a = heads[start + i];
                double b = heads[start + i + half];
                turned[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
                turned[start + i + half] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return turned;
    }

    private double[] norm(double[] state, String name) {
        double square = 0;
        for (double value : state) {
            square += value * value;
        }
        double root = Math.sqrt(square / state.length + config.normEpsilon());
        double[] normed = new double[state.length];
        for (int i = 0; i < state.length; i++) {
            normed[i] = state[i] / root * weight(name)[i];
        }
        return normed;
    }

    private double[] product(String name, double[] input) {
        float[] matrix = weight(name);
        double[] output = new double[matrix.length / input.length];
        for (int row = 0; row < output.length; row++) {
            for (int i = 0; i < input.length; i++) {
                output[row] += (double) matrix[row * input.length + i] * input[i];
            }
        }
        return output;
    }

    private float[] weight(String name) {
        return weights.get(name + ".weight");
    }

    private static void add(double[] state, double[] change) {
        for (int i = 0; i < state.length; i++) {
            state[i] += change[i];
        }
    }
}
