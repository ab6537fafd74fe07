// Package offheap allocates large zeroed arrays outside the Go heap.
//
// An embedding table of several gigabytes on the Go heap makes the garbage collector allow as much
// garbage again, and small pages make every read of a random row a TLB miss. On Linux an Array
// of 2 MiB or more is an anonymous mapping with transparent huge pages, which the collector neither
// scans nor counts; its pages take memory only once they are written. Elsewhere, and below that
// size, it is an ordinary slice.
//
// A mapping lives until Free, because the collector cannot know whether somebody still holds a slice of it.
package offheap
