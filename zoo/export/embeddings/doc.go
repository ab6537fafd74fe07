// Package embeddings writes the embeddings of trained models for vector stores and other programs, and reads them as the start
// of others. It trains nothing.
//
// The formats are Parquet, NumPy's npy with the values in a CSV file beside it, the text of word2vec, and Redis. All but
// the text have the bits of the vectors; the text has enough digits for them.
package embeddings
