// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accounts are the accounts of a store.
type accounts struct{ store *Store }

// Accounts are what people log in by.
func (s *Store) Accounts() store.Accounts { return accounts{s} }

// holding is a person and the account while they are read.
type holding struct {
	id      string
	person  record[roster.Person]
	home    string
	account roster.Account
	changed time.Time
}

// accountColumns are those of a row of accounts, but for whose it is and when it changed.
var accountColumns = []column[roster.Account]{
	optional("password_hash", func(a *roster.Account) *string { return &a.Password }),
	optional("password_source", func(a *roster.Account) *roster.PasswordSource { return &a.Source }),
	plain("must_change", func(a *roster.Account) *bool { return &a.MustChange }),
	moment("password_set_at", func(a *roster.Account) *time.Time { return &a.SetAt }),
	optional("secret_version", func(a *roster.Account) *string { return &a.SecretVersion }),
	optional("reset_request", func(a *roster.Account) *string { return &a.ResetRequest }),
	optional("resend_request", func(a *roster.Account) *string { return &a.ResendRequest }),
}

// linkColumns are those of a row of links, but for whose it is and its place.
var linkColumns = []column[roster.Link]{
	plain("token_hash", func(l *roster.Link) *string { return &l.Hash }),
	plain("nonce", func(l *roster.Link) *string { return &l.Nonce }),
	plain("purpose", func(l *roster.Link) *roster.LinkPurpose { return &l.Purpose }),
	plain("email", func(l *roster.Link) *string { return &l.Email }),
	plain("message_id", func(l *roster.Link) *string { return &l.MessageID }),
	plain("valid_seconds", func(l *roster.Link) *int64 { return &l.ValidFor }),
	moment("issued_at", func(l *roster.Link) *time.Time { return &l.Issued }),
	moment("sent_at", func(l *roster.Link) *time.Time { return &l.Sent }),
	moment("expires_at", func(l *roster.Link) *time.Time { return &l.Expires }),
	moment("ended_at", func(l *roster.Link) *time.Time { return &l.Ended }),
	optional("ended", func(l *roster.Link) *roster.LinkEnd { return &l.End }),
	plain("attempts", func(l *roster.Link) *int { return &l.Attempts }),
	moment("next_try_at", func(l *roster.Link) *time.Time { return &l.NextTry }),
	optional("failure", func(l *roster.Link) *string { return &l.Failure }),
}

// homeOf is the name of a person's home tenant: the first of the person's tenants where none is named.
const homeOf = "COALESCE(u.home_tenant, (SELECT MIN(m.tenant) FROM memberships m WHERE m.user_id = u.id))"

// selectHolders begins the search for people, called u, and their accounts, called a.
func (s *Store) selectHolders(join string) *statement {
	search := &statement{dialect: s.dialect}
	search.say("SELECT ").list("u.", namesOf(people.columns)).say(", ").list("u.", namesOf(stampColumns[roster.Person]())).say(", u.id, ", homeOf, ", ")
	search.list("a.", namesOf(accountColumns)).say(", a.changed_at FROM users AS u ", join, " accounts AS a ON a.user_id = u.id ")
	return search
}

// loadHolders reads what a search of selectHolders finds, with the links of each.
func (s *Store) loadHolders(ctx context.Context, tx *sql.Tx, search *statement) ([]*holding, error) {
	var found []*holding
	err := search.each(ctx, tx, func(rows *sql.Rows) error {
		h := &holding{}
		found = append(found, h)
		into := destinations(people.columns, &h.person.value)
		into = append(into, destinations(stampColumns[roster.Person](), &h.person)...)
		var home sql.Null[string]
		into = append(into, &h.id, &home)
		into = append(into, destinations(accountColumns, &h.account)...)
		err := rows.Scan(append(into, instant{&h.changed})...)
		h.home = home.V
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, s.loadLinks(ctx, tx, found)
}

// loadLinks reads the links of people, the newest first.
func (s *Store) loadLinks(ctx context.Context, tx *sql.Tx, of []*holding) error {
	byID := make(map[string]*holding, len(of))
	ids := make([]any, 0, len(of))
	for _, h := range of {
		byID[h.id] = h
		ids = append(ids, h.id)
	}
	search := &statement{dialect: s.dialect}
	search.say("SELECT user_id, ").list("", namesOf(linkColumns)).say(" FROM links WHERE user_id IN ").tuple(ids).say(" ORDER BY user_id, position")
	return search.each(ctx, tx, func(rows *sql.Rows) error {
		var whose string
		var link roster.Link
		if err := rows.Scan(append([]any{&whose}, destinations(linkColumns, &link)...)...); err != nil {
			return err
		}
		byID[whose].account.Links = append(byID[whose].account.Links, link)
		return nil
	})
}

// holder is what was read, with the record of the home tenant.
func (s *Store) holder(ctx context.Context, tx *sql.Tx, h *holding) (store.Holder, error) {
	user := h.person.value.Canonical().User
	is := store.Holder{ID: h.id, User: user, Owner: h.person.stamp.Owner, Account: h.account, Changed: h.changed}
	if h.home == "" {
		return is, nil
	}
	home, err := records[roster.TenantKey, roster.TenantRecord]{s, &tenants, nil}.find(ctx, tx, roster.TenantKey{Company: user.Company, Tenant: h.home})
	if home != nil {
		is.Home = home.value
	}
	return is, err
}

// one reads the one account that a condition selects.
func (a accounts) one(ctx context.Context, join string, where func(*statement)) (is store.Holder, err error) {
	err = a.store.view(ctx, func(tx *sql.Tx) error {
		is, err = a.oneIn(ctx, tx, join, where)
		return err
	})
	return is, err
}

func (a accounts) oneIn(ctx context.Context, tx *sql.Tx, join string, where func(*statement)) (store.Holder, error) {
	search := a.store.selectHolders(join)
	where(search.say(" WHERE "))
	found, err := a.store.loadHolders(ctx, tx, search)
	if err != nil {
		return store.Holder{}, err
	}
	if len(found) == 0 {
		return store.Holder{}, store.ErrNotFound
	}
	return a.store.holder(ctx, tx, found[0])
}

// errRefused ends a transaction that the caller wants nothing of. It never leaves the package.
var errRefused = errors.New("the caller ends the transaction")

const anyAccount, ownAccount = "LEFT JOIN", "JOIN"

// Get reads the account of a person.
func (a accounts) Get(ctx context.Context, key roster.PersonKey) (store.Holder, error) {
	return a.one(ctx, anyAccount, byName(key))
}

func byName(key roster.PersonKey) func(*statement) {
	return func(s *statement) { s.equal("u.", people.keyNames(), people.key(key), " AND ") }
}

// Find reads the account of whoever logs in by a name.
func (a accounts) Find(ctx context.Context, company, login string) (is store.Holder, err error) {
	err = a.store.view(ctx, func(tx *sql.Tx) error {
		is, err = a.oneIn(ctx, tx, anyAccount, byName(roster.NewPersonKey(company, login)))
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		is, err = a.oneIn(ctx, tx, anyAccount, func(s *statement) {
			s.equal("u.", []string{"company", "email_key"}, []any{company, strings.ToLower(login)}, " AND ")
		})
		return err
	})
	return is, err
}

// ByLink reads the account that has a link.
func (a accounts) ByLink(ctx context.Context, hash string) (store.Holder, error) {
	return a.one(ctx, ownAccount, func(s *statement) {
		s.say("u.id = (SELECT user_id FROM links WHERE token_hash = ").value(hash).say(")")
	})
}

// Update makes an account what change answers.
func (a accounts) Update(
	ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error),
) (is store.Holder, err error) {
	var refused error
	err = a.store.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := a.store.lockPerson(ctx, tx, key); err != nil {
			return err
		}
		var err error
		if is, err = a.oneIn(ctx, tx, anyAccount, byName(key)); err != nil {
			return err
		}
		var next roster.Account
		if next, refused = change(is.User, is.Account); refused != nil {
			return errRefused
		}
		is.Changed, err = a.store.saveAccount(ctx, tx, is.ID, is.Account, next, is.Changed)
		is.Account = next
		return err
	})
	var taken *takenError
	switch {
	case errors.Is(err, errRefused):
		return is, refused
	case errors.As(err, &taken):
		err = fmt.Errorf("%w: two links have one hash; each has its own", store.ErrRejected)
	}
	return is, err
}

// Due are links that are to be sent by now.
func (a accounts) Due(ctx context.Context, now time.Time, limit int) (due []store.Due, err error) {
	at, err := instant{&now}.Value()
	if err != nil {
		return nil, err
	}
	err = a.store.view(ctx, func(tx *sql.Tx) error {
		due = nil
		search := a.store.selectHolders(ownAccount)
		search.say(" JOIN links AS l ON l.user_id = u.id WHERE l.next_try_at <= ").value(at).say(" ORDER BY l.next_try_at, l.token_hash LIMIT ").value(limit)
		found, err := a.store.loadHolders(ctx, tx, search)
		if err != nil {
			return err
		}
		for _, h := range found {
			is, err := a.store.holder(ctx, tx, h)
			if err != nil {
				return err
			}
			due = append(due, dueOf(is, now)...)
		}
		return nil
	})
	return due, err
}

// dueOf are the links of an account that are due. Two of one account are never open at once, so that it is found once.
func dueOf(is store.Holder, now time.Time) (due []store.Due) {
	for _, link := range is.Account.Links {
		if !link.NextTry.IsZero() && !link.NextTry.After(now) {
			due = append(due, store.Due{Holder: is, Link: link})
		}
	}
	return due
}

// Changed hands over the accounts that changed.
func (a accounts) Changed(ctx context.Context, since time.Time, told func(store.Holder) error) error {
	var last *holding
	for {
		page, err := a.changedAfter(ctx, since, last)
		if err != nil {
			return err
		}
		for _, h := range page {
			is := store.Holder{ID: h.id, User: h.person.value.User, Owner: h.person.stamp.Owner, Account: h.account, Changed: h.changed}
			if err := told(is); err != nil {
				return err
			}
		}
		if len(page) < store.PageSize {
			return nil
		}
		last = page[len(page)-1]
	}
}

func (a accounts) changedAfter(ctx context.Context, since time.Time, last *holding) (page []*holding, err error) {
	if last != nil {
		since = last.changed
	}
	err = a.store.view(ctx, func(tx *sql.Tx) error {
		search := a.store.selectHolders(ownAccount)
		if at, _ := (instant{&since}).Value(); at != nil {
			after := ""
			if last != nil {
				after = last.id
			}
			search.say(" WHERE (a.changed_at, a.user_id) > ").tuple([]any{at, after})
		}
		page, err = a.store.loadHolders(ctx, tx, search.say(" ORDER BY a.changed_at, a.user_id LIMIT ").value(store.PageSize))
		return err
	})
	return page, err
}

// lockPerson keeps other writes of a person away until the transaction ends.
func (s *Store) lockPerson(ctx context.Context, tx *sql.Tx, key roster.PersonKey) error {
	return s.dialect.Lock(ctx, tx, Exclusively, fmt.Sprintf("%s %q", people.table, people.key(key)))
}

// followAccount is what the account does once a person's record became another one.
func followAccount(ctx context.Context, tx *sql.Tx, s *Store, have, want *record[roster.Person], terms store.Terms) error {
	before := valueOf(have)
	if !roster.Follows(before, want.value, terms.Invitation) {
		return nil
	}
	is, err := (accounts{s}).oneIn(ctx, tx, anyAccount, byName(want.value.Key()))
	if err != nil {
		return err
	}
	next := is.Account.Follow(before, want.value, terms.Invitation, s.now())
	_, err = s.saveAccount(ctx, tx, want.id, is.Account, next, is.Changed)
	return err
}

// saveAccount writes what differs, and answers when the account changed last.
func (s *Store) saveAccount(ctx context.Context, tx *sql.Tx, id string, have, want roster.Account, changed time.Time) (time.Time, error) {
	same, err := sameValues(accountColumns, &have, &want)
	if err != nil {
		return changed, err
	}
	links, err := sameLinks(have.Links, want.Links)
	if err != nil || same && links {
		return changed, err
	}
	now := s.now().UTC().Truncate(time.Microsecond)
	values, err := valuesOf(accountColumns, &want)
	if err != nil {
		return changed, err
	}
	at, err := instant{&now}.Value()
	if err != nil {
		return changed, err
	}
	names := append(namesOf(accountColumns), "changed_at")
	keep := insert(s.dialect, "accounts", append([]string{"user_id"}, names...), [][]any{slices.Concat([]any{id}, values, []any{at})})
	if err := keep.orUpdate("user_id", names).exec(ctx, tx); err != nil {
		return changed, err
	}
	if have.HasPassword() != want.HasPassword() {
		err := update(s.dialect, "users", []string{"has_password"}, []any{want.HasPassword()}, []string{"id"}, []any{id}).exec(ctx, tx)
		if err != nil {
			return changed, err
		}
	}
	return now, s.saveLinks(ctx, tx, id, have.Links, want.Links)
}

// orUpdate has an insert change the row that is there.
func (s *statement) orUpdate(key string, names []string) *statement {
	s.say(" ON CONFLICT (", key, ") DO UPDATE SET ")
	for i, name := range names {
		s.say(comma(i), name, " = excluded.", name)
	}
	return s
}

// sameValues tells whether two rows are equal as a database has them.
func sameValues[R any](columns []column[R], have, want *R) (bool, error) {
	old, err := valuesOf(columns, have)
	if err != nil {
		return false, err
	}
	wanted, err := valuesOf(columns, want)
	return slices.Equal(old, wanted), err
}

func sameLinks(have, want []roster.Link) (bool, error) {
	for i := range want {
		if i >= len(have) {
			break
		}
		if same, err := sameValues(linkColumns, &have[i], &want[i]); err != nil || !same {
			return false, err
		}
	}
	return len(have) == len(want), nil
}

// saveLinks writes the links that differ and removes those that are kept no longer.
func (s *Store) saveLinks(ctx context.Context, tx *sql.Tx, id string, have, want []roster.Link) error {
	for _, old := range have {
		if slices.ContainsFunc(want, func(l roster.Link) bool { return l.Hash == old.Hash }) {
			continue
		}
		if err := remove(s.dialect, "links", []string{"token_hash"}, []any{old.Hash}).exec(ctx, tx); err != nil {
			return err
		}
	}
	for position, link := range want {
		if position < len(have) {
			if same, err := sameValues(linkColumns, &have[position], &link); err != nil || same {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := s.saveLink(ctx, tx, id, position, link, have); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) saveLink(ctx context.Context, tx *sql.Tx, id string, position int, link roster.Link, have []roster.Link) error {
	values, err := valuesOf(linkColumns, &link)
	if err != nil {
		return err
	}
	names := append(namesOf(linkColumns), "position")
	values = append(values, position)
	if slices.ContainsFunc(have, func(l roster.Link) bool { return l.Hash == link.Hash }) {
		return update(s.dialect, "links", names[1:], values[1:], names[:1], values[:1]).exec(ctx, tx)
	}
	return insert(s.dialect, "links", append([]string{"user_id"}, names...), [][]any{append([]any{id}, values...)}).exec(ctx, tx)
}

// Avatar is the picture a person set of himself.
func (a accounts) Avatar(ctx context.Context, key roster.PersonKey) (jpeg []byte, set time.Time, err error) {
	err = a.store.view(ctx, func(tx *sql.Tx) error {
		search := &statement{dialect: a.store.dialect}
		search.say("SELECT p.avatar, p.updated_at FROM self_profiles AS p JOIN users AS u ON u.id = p.user_id WHERE ")
		byName(key)(search)
		err := tx.QueryRowContext(ctx, search.text.String(), search.args...).Scan(&jpeg, instant{&set})
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		return err
	})
	return jpeg, set, err
}

// SetAvatar sets it, or removes it.
func (a accounts) SetAvatar(ctx context.Context, key roster.PersonKey, jpeg []byte) error {
	return a.store.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		is, err := a.oneIn(ctx, tx, anyAccount, byName(key))
		if err != nil {
			return err
		}
		if len(jpeg) == 0 {
			return remove(a.store.dialect, "self_profiles", byUser, []any{is.ID}).exec(ctx, tx)
		}
		now := a.store.now()
		at, err := instant{&now}.Value()
		if err != nil {
			return err
		}
		names := []string{"avatar", "updated_at"}
		set := insert(a.store.dialect, "self_profiles", append([]string{"user_id"}, names...), [][]any{{is.ID, jpeg, at}})
		return set.orUpdate("user_id", names).exec(ctx, tx)
	})
}
