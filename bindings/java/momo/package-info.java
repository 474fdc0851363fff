/** Access tokens for MTN Mobile Money's Partner Gateway, through libmomo. */
package momo;
