// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package page

import (
	"bytes"
	"encoding/binary"
)

// jpegFacts are what a JPEG's markers say that Go's decoder does not tell.
type jpegFacts struct {
	// orientation is that of EXIF, 1 to 8; 0 where the file has none, or is no JPEG.
	orientation int
	progressive bool
}

// The markers of a JPEG that are looked at.
const (
	markerFirst       = 0xc0
	markerProgressive = 0xc2
	markerEnd         = 0xd9
	markerScan        = 0xda
	markerEXIF        = 0xe1
)

// readJPEG walks the segments before the picture itself, each of which says how long it is. Whatever is not as it should be ends
// the walk: a wrong orientation is a matter of looks, and the decoder refuses the rest.
func readJPEG(data []byte) jpegFacts {
	var facts jpegFacts
	rest, found := bytes.CutPrefix(data, []byte{0xff, 0xd8})
	for found && len(rest) >= 4 {
		if rest[0] != 0xff {
			// The decoder passes over what stands between two segments.
			rest = rest[1:]
			continue
		}
		marker := rest[1]
		switch {
		case marker == 0xff:
			rest = rest[1:]
			continue
		case marker == markerScan || marker == markerEnd:
			return facts
		case marker < markerFirst || marker >= 0xd0 && marker <= 0xd7:
			// These have no length.
			rest = rest[2:]
			continue
		}
		length := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if length < 4 || length > len(rest) {
			return facts
		}
		facts.segment(marker, rest[4:length])
		rest = rest[length:]
	}
	return facts
}

func (f *jpegFacts) segment(marker byte, content []byte) {
	switch marker {
	case markerProgressive:
		f.progressive = true
	case markerEXIF:
		if tiff, found := bytes.CutPrefix(content, []byte("Exif\x00\x00")); found && f.orientation == 0 {
			f.orientation = orientation(tiff)
		}
	}
}

// orientation looks for the tag 0x0112 in the first directory of a TIFF; 0 where there is none that makes sense.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	start := uint64(order.Uint32(tiff[4:]))
	if start+2 > uint64(len(tiff)) {
		return 0
	}
	count, entries := int(order.Uint16(tiff[start:])), tiff[start+2:]
	const (
		size  = 12
		tag   = 0x0112
		short = 3
	)
	for ; count > 0 && len(entries) >= size; count, entries = count-1, entries[size:] {
		if order.Uint16(entries) != tag {
			continue
		}
		value := int(order.Uint16(entries[8:]))
		if order.Uint16(entries[2:]) != short || value < 1 || value > 8 {
			return 0
		}
		return value
	}
	return 0
}
