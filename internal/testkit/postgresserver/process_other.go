//go:build unix && !linux

// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgresserver

import "syscall"

// attributes let a server run as its user, apart from the signals of a terminal.
func (i identity) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if i.other {
		attributes.Credential = &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.gid)}
	}
	return attributes
}
