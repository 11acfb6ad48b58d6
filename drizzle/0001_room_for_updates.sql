-- Every step of a turn rewrites its chat's row. With half of each page free the new version stays on the page of the old one (HOT),
-- and no index has to be touched for it unless the step takes an event in or handles one.
ALTER TABLE conversations SET (fillfactor = 50);
