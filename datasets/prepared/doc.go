// Package prepared writes an encoded log to a folder of Parquet files, and opens such a folder.
//
// The folder has a file for each part, vocabulary.parquet with the columns field, id, value and count,
// schema.yaml, and manifest.json, which records where the data comes from. Open gives a Source in
// memory for a part that fits, and RowGroups for a larger one.
package prepared
