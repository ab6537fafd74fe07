// Package safefile is how files are opened that others wrote, and how files and folders are written that others read.
// What is in them is not its business.
//
// What is read from a run or from prepared data is a regular file of a known size: Open, Read. What comes from a user may
// also be a pipe, for which nobody waits longer than a context lives: OpenInput. What is written gets its name once it is
// whole and on the disk: Create, Replace, Set, Folder. Nothing is written over what it is made of, nor into a folder that
// belongs to a run.
package safefile
