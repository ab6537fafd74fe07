// Package checkpoint keeps runs on disk: the directory of a run, its checkpoints, their manifest, tensors and encoding.
// It knows bytes and nothing else: package train decides when to save, package predict what to make of what was saved.
//
// Everything is written under another name, synced to the disk and renamed: a file or directory that has its name is
// whole. Every byte is covered by a SHA-256, so that damage is found when a checkpoint is read.
package checkpoint
